/*
 * Who belongs to what, and who is bound by what: random histories against a reference that knows
 * nothing of seconds, and properties that hold for any.
 */
#include "base/test_slow.h"
#include "rules/mandate.h"
#include "rules/test_support.h"

enum { FIRST_YEAR = 2019, YEARS = 2, MEMBERS = 4, FORMATIONS = 2, STATED_MAX = 12, DATE_ROOM = 36 };

static const char *const MEMBER[MEMBERS] = {"be", "us", "jo", "iq"};
static const char *const FORMATION[FORMATIONS] = {"plenary", "small_group"};

static uint64_t seed;
static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % below;
}

/* ---- every day of those years, as it is written ---- */

enum { DAYS_MAX = YEARS * 366 };
static char days[DAYS_MAX][DATE_ROOM];
static size_t day_count;

static void write_days(void)
{
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    day_count = 0;
    for (unsigned year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++)
        for (unsigned month = 0; month < 12; month++)
            for (unsigned day = 0; day < lengths[month] + (month == 1 && year % 4 == 0); day++)
                (void)snprintf(days[day_count++], DATE_ROOM, "%04u-%02u-%02u", year, month + 1,
                               day + 1);
}

/* A year, a month, or a day where one month meets the next. */
static void draw_date(char out[DATE_ROOM])
{
    static const int lengths[] = {10, 10, 7, 4};
    size_t day = draw((unsigned)day_count);
    while (day && strcmp(days[day] + 8, "02") > 0 && strcmp(days[day] + 8, "28") < 0)
        day--;
    (void)snprintf(out, DATE_ROOM, "%.*s", lengths[draw(DEP_COUNT(lengths))], days[day]);
}

static bool is_within(const char *day, const char *date)
{
    return strncmp(day, date, strlen(date)) == 0;
}

/* ---- histories ---- */

struct stated {
    size_t member, formation;
    char from[DATE_ROOM], to[DATE_ROOM]; /* "": not stated */
    json_t *claims;
};

/* From the first day that `from` may mean; no longer on the last that `to` may. */
static bool holds_on(const struct stated *stated, size_t day)
{
    if (strncmp(days[day], stated->from, strlen(stated->from)) < 0)
        return false;
    for (size_t later = day + 1; stated->to[0] && later < day_count; later++)
        if (is_within(days[later], stated->to))
            return true;
    return !stated->to[0];
}

/* False where the register refuses it, as what ends before it begins. */
static bool draw_stated(const struct dep_mandate_world *world, struct stated *out)
{
    struct dep_mandate_finding found = {.where = ""};
    *out = (struct stated){.member = draw(MEMBERS), .formation = draw(FORMATIONS)};
    if (draw(8))
        draw_date(out->from);
    if (draw(2))
        draw_date(out->to);
    out->claims = json_pack("{s:s,s:s,s:s*,s:s*}", "formation", FORMATION[out->formation], "member",
                            MEMBER[out->member], "from", out->from[0] ? out->from : NULL, "to",
                            out->to[0] ? out->to : NULL);
    struct dep_mandate_draft draft = {"membership.stated", out->claims, NULL, 0};
    int err = dep_mandate_judge(world, &draft, &found);
    if (!err)
        return true;
    assert_string_equal(found.finding.id, "mandate.order");
    for (size_t day = 0; day < day_count; day++)
        assert_false(holds_on(out, day));
    json_decref(out->claims);
    return false;
}

/* Was the member of the formation, on some day that `date` may mean? */
static bool belonged(const struct stated *history, size_t count, size_t member, size_t formation,
                     const char *date)
{
    for (size_t i = 0; i < count; i++)
        for (size_t day = 0; day < day_count; day++)
            if (history[i].member == member && history[i].formation == formation &&
                is_within(days[day], date) && holds_on(&history[i], day))
                return true;
    return false;
}

/* Could the member be recorded as present at a meeting of that date? */
static bool may_be_present(const struct dep_mandate_world *world, size_t member, size_t formation,
                           const char *date)
{
    struct dep_mandate_finding found = {.where = ""};
    json_t *claims = json_pack("{s:s,s:s,s:s,s:[s]}", "formation", FORMATION[formation], "held_on",
                               date, "mode", "virtual", "present", MEMBER[member]);
    struct dep_mandate_draft draft = {"meeting.held", claims, NULL, 0};
    int err = dep_mandate_judge(world, &draft, &found);
    if (err && (err != DEP_FOUND || strcmp(found.finding.id, "mandate.member") != 0))
        fail_msg("%d %s at %s", err, err > 0 ? found.finding.id : "", found.where);
    json_decref(claims);
    return !err;
}

static void compare(const struct dep_mandate_world *world, const struct stated *history,
                    size_t count)
{
    char date[DATE_ROOM];
    draw_date(date);
    for (size_t member = 0; member < MEMBERS; member++)
        for (size_t formation = 0; formation < FORMATIONS; formation++) {
            bool was = belonged(history, count, member, formation, date);
            if (may_be_present(world, member, formation, date) != was)
                fail_msg("%s of %s in %s: %s", MEMBER[member], FORMATION[formation], date,
                         was ? "was a member" : "was none");
        }
}

static void test_histories(void **state)
{
    (void)state;
    struct dep_mandate_code codes[FORMATIONS];
    struct dep_mandate_member members[STATED_MAX];
    struct stated history[STATED_MAX];
    struct dep_mandate_world world = {.self = "be",
                                      .now_s = TEST_FROM_S,
                                      .codes = codes,
                                      .code_count = FORMATIONS,
                                      .members = members};
    for (size_t i = 0; i < FORMATIONS; i++)
        codes[i] = (struct dep_mandate_code){
            FORMATION[i], "formations", FORMATION[i], {INT64_MIN, INT64_MAX}};
    write_days();
    seed = 20210330;
    for (int round = 0; round < 400; round += (int)test_step(20)) {
        size_t count = draw(STATED_MAX + 1);
        for (size_t i = 0; i < count; i++) {
            while (!draw_stated(&world, &history[i]))
                ;
            members[i] = (struct dep_mandate_member){FORMATION[history[i].formation],
                                                     MEMBER[history[i].member],
                                                     dep_mandate_time(history[i].claims)};
        }
        world.member_count = count;
        for (int date = 0; date < 4; date++)
            compare(&world, history, count);
        for (size_t i = 0; i < count; i++)
            json_decref(history[i].claims);
    }
}

/* ---- who is bound ---- */

enum { POSITIONS_MAX = 6, PARAGRAPHS = 2 };

static json_t *draw_statement(void)
{
    static const char *const hows[] = {"in_the_room", "silence", "signature", "attested"};
    json_t *adopters = json_array();
    for (size_t i = 0; i < MEMBERS; i++)
        if (draw(2))
            assert_int_equal(
                json_array_append_new(
                    adopters, json_pack("{s:s,s:s}", "member", MEMBER[i], "how", hows[draw(4)])),
                0);
    return json_pack("{s:o}", "adopters", adopters);
}

static json_t *draw_position(void)
{
    static const char *const kinds[] = {"signature", "reservation", "dissociation",
                                        "silence_broken"};
    json_t *paragraphs = draw(2) ? json_pack("[s]", draw(2) ? "1" : "2") : json_array();
    return json_pack("{s:s,s:s,s:o}", "member", MEMBER[draw(MEMBERS)], "kind", kinds[draw(4)],
                     "paragraphs", paragraphs);
}

/* Is there one of this kind by this member about this paragraph? NULL: by any, about any. */
static bool has(const struct dep_mandate_record *later, size_t count, const char *kind,
                const char *member, const char *number)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *paragraphs = json_object_get(later[i].claims, "paragraphs");
        bool about = !number || json_array_size(paragraphs) == 0 ||
                     strcmp(json_string_value(json_array_get(paragraphs, 0)), number) == 0;
        if (about && strcmp(dep_json_string(later[i].claims, "kind"), kind) == 0 &&
            (!member || strcmp(dep_json_string(later[i].claims, "member"), member) == 0))
            return true;
    }
    return false;
}

static const char *how_of(const json_t *statement, const char *member)
{
    size_t i;
    json_t *adopter;
    json_array_foreach(json_object_get(statement, "adopters"), i, adopter)
    {
        if (strcmp(dep_json_string(adopter, "member"), member) == 0)
            return dep_json_string(adopter, "how");
    }
    return NULL;
}

static void check_bound(const json_t *statement, const struct dep_mandate_record *later,
                        size_t count, const char *member, const char *number)
{
    bool bound = dep_mandate_binds(statement, later, count, number, member);
    const char *how = how_of(statement, member);
    bool signs = has(later, count, "signature", member, number);
    bool broken = has(later, count, "silence_broken", NULL, NULL);
    /* Nobody by what somebody else adopted. */
    if (!how && !signs)
        assert_false(bound);
    /* Nobody by what it left. */
    else if (has(later, count, "dissociation", member, number))
        assert_false(bound);
    /* Nobody by silence that was broken. */
    else if (how && strcmp(how, "silence") == 0 && broken && !signs)
        assert_false(bound);
    else
        assert_true(bound);
    /* In whatever order it was said. */
    struct dep_mandate_record turned[POSITIONS_MAX];
    for (size_t i = 0; i < count; i++)
        turned[i] = later[count - 1 - i];
    assert_int_equal(dep_mandate_binds(statement, turned, count, number, member), bound);
}

static void test_bound(void **state)
{
    (void)state;
    static const char *const numbers[PARAGRAPHS] = {"1", "2"};
    seed = 20210331;
    for (int round = 0; round < 2000; round += (int)test_step(10)) {
        struct dep_mandate_record later[POSITIONS_MAX];
        json_t *statement = draw_statement();
        size_t count = draw(POSITIONS_MAX + 1);
        for (size_t i = 0; i < count; i++)
            later[i] = (struct dep_mandate_record){"statement.position", "p", draw_position()};
        for (size_t member = 0; member < MEMBERS; member++)
            for (size_t number = 0; number < PARAGRAPHS; number++)
                check_bound(statement, later, count, MEMBER[member], numbers[number]);
        for (size_t i = 0; i < count; i++)
            json_decref((json_t *)(uintptr_t)later[i].claims);
        json_decref(statement);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_histories),
                                       cmocka_unit_test(test_bound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
