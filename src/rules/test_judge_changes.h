/*
 * What is changed in a release or mission where it takes more than a member set to a value.
 */
#ifndef DEP_RULES_TEST_JUDGE_CHANGES_H
#define DEP_RULES_TEST_JUDGE_CHANGES_H
#include "rules/test_judge_support.h"

static void host_by_look_alike(struct world *w)
{
    w->facts[HOST].grantor = named(w, "\xd1\x96q"); /* a Cyrillic i */
}

static void host_by_capitals(struct world *w)
{
    w->facts[HOST].grantor = named(w, "IQ");
}

static void host_line_not_named(struct world *w)
{
    w->action.line = -1;
    w->facts[ORIGINATOR].any_line = true;
    w->facts[PERMISSION].any_line = true;
}

static void host_never_runs(struct world *w)
{
    w->facts[HOST].in_force = (struct dep_interval){T + 2, T + 1};
}

static void host_paper_checked(struct world *w)
{
    w->facts[HOST].on_paper = true;
    w->facts[HOST].checked_by = ID_BOB;
    w->facts[HOST].status_s = INT64_MIN;
}

/* Collected in Lebanon, whose consent is said to be signed, as that of others is. */
static void host_keeps_no_register(struct world *w)
{
    w->materials[0].territories = one(LB);
    w->facts[HOST].territories = w->facts[ORIGINATOR].territories =
        w->facts[PERMISSION].territories = one(LB);
    w->facts[HOST].grantor = ID_LB;
}

static void host_without_register_on_paper(struct world *w)
{
    host_paper_checked(w);
    host_keeps_no_register(w);
}

static void host_without_register_this_member(struct world *w)
{
    host_keeps_no_register(w);
    w->at.member = "lb";
    w->facts[HOST].own = true;
}

static void originator_keeps_no_register(struct world *w)
{
    w->materials[0].originator = ID_LB;
    w->facts[ORIGINATOR].grantor = w->facts[PERMISSION].grantor = ID_LB;
}

static void permission_without_register(struct world *w)
{
    originator_keeps_no_register(w);
    w->facts[ORIGINATOR].on_paper = true;
    w->facts[ORIGINATOR].checked_by = ID_BOB;
}

static void originator_without_register_on_paper(struct world *w)
{
    permission_without_register(w);
    w->facts[PERMISSION].on_paper = true;
    w->facts[PERMISSION].checked_by = ID_BOB;
}

static void two_territories(struct world *w)
{
    dep_codes_add(&w->materials[0].territories, SY);
    w->facts[ORIGINATOR].any_territory = true;
    w->facts[PERMISSION].any_territory = true;
}

static void two_territories_both(struct world *w)
{
    two_territories(w);
    add_fact(w, DEP_FACT_CONSENT, DEP_LAYER_HOST, ID_SY)->territories = one(SY);
}

static void host_no_longer_member(struct world *w)
{
    w->materials[0].territories = one(SY);
    w->at.now_s = JUNE + DAY;
    for (size_t i = 0; i < w->fact_count; i++) {
        w->facts[i].any_territory = true;
        w->facts[i].in_force.to_s = INT64_MAX;
        w->facts[i].status_s = JUNE;
    }
    w->facts[HOST].grantor = ID_SY;
}

static void host_is_its_successor(struct world *w)
{
    host_no_longer_member(w);
    w->facts[HOST].grantor = ID_SN;
}

static void host_passes_just_now(struct world *w)
{
    host_is_its_successor(w);
    w->at.now_s = JUNE;
}

static void hosts_before_and_after(struct world *w)
{
    host_passes_just_now(w);
    *add_fact(w, DEP_FACT_CONSENT, DEP_LAYER_HOST, ID_SY) = w->facts[HOST];
    w->facts[SPARE].grantor = ID_SY;
    w->facts[SPARE].index = 50;
}

static void source_agreed_again(struct world *w)
{
    w->facts[SPARE] = w->facts[SOURCE];
    w->facts[SPARE].index = 50;
    w->facts[SPARE].record.bytes[0] ^= 1;
    w->fact_count++;
}

static void child(struct world *w)
{
    w->materials[0].flags |= DEP_FLAG_CHILD;
}

static void child_both(struct world *w)
{
    child(w);
    w->facts[SOURCE].guardian = w->facts[SOURCE].assent = true;
}

static void originator_unheard(struct world *w)
{
    w->facts[ORIGINATOR].index = SIZE;
    w->facts[PERMISSION].index = SIZE;
    w->materials[0].handling = one(H0);
}

static void originator_this_member(struct world *w)
{
    w->materials[0].originator = 0;
    w->facts[PERMISSION].grantor = ID_FR;
    w->facts[ORIGINATOR].index = SIZE;
}

static void originator_not_these(struct world *w)
{
    two_territories_both(w);
    w->materials[0].handling = one(H0);
    w->facts[ORIGINATOR].any_territory = w->facts[PERMISSION].any_territory = false;
}

static void originator_names_both(struct world *w)
{
    originator_not_these(w);
    dep_codes_add(&w->facts[ORIGINATOR].territories, SY);
}

static void originator_stale(struct world *w)
{
    w->facts[ORIGINATOR].status_s = w->facts[PERMISSION].status_s = T - 9 * DAY;
}

static void permission_second_code(struct world *w)
{
    dep_codes_add(&w->materials[0].handling, H2);
}

static void permission_both_codes(struct world *w)
{
    permission_second_code(w);
    dep_codes_add(&w->facts[PERMISSION].handling, H2);
}

static void approval_of_another_action(struct world *w)
{
    w->facts[APPROVAL].approves.bytes[31] ^= 1;
}

static void three_approvals(struct world *w)
{
    w->action.line = POLITICAL;
    for (size_t i = 0; i < w->fact_count; i++)
        w->facts[i].any_line = true;
}

static void three_approvals_two_people(struct world *w)
{
    three_approvals(w);
    add_approval(w, ID_CAROL);
    add_approval(w, ID_BOB);
}

static void three_approvals_three_people(struct world *w)
{
    three_approvals(w);
    add_approval(w, ID_CAROL);
    add_approval(w, ID_DAN);
}

static void inquiry(struct world *w)
{
    w->action.purpose = INQUIRY;
    for (size_t i = 0; i < w->fact_count; i++)
        w->facts[i].any_purpose = true;
    w->facts[REQUEST].purposes = one(INQUIRY);
}

static void protected_in_an_inquiry(struct world *w)
{
    inquiry(w);
    w->materials[0].flags |= DEP_FLAG_PROTECTED;
    w->facts[HOST].status_s = T;
}

static void stricter_status(struct world *w)
{
    protected_in_an_inquiry(w);
    w->materials[0].flags |= DEP_FLAG_REDACTED;
    w->facts[HOST].status_s = T - 3600;
}

static void statement_of_iraq(struct world *w)
{
    w->materials[0].categories = one(STATEMENT);
}

static void statement_of_syria(struct world *w)
{
    two_territories_both(w);
    statement_of_iraq(w);
}

static void coerced(struct world *w)
{
    w->materials[0].flags |= DEP_FLAG_COERCION;
}

static void coerced_against_the_torturer(struct world *w)
{
    inquiry(w);
    w->action.purpose = TORTURE;
    w->facts[REQUEST].purposes = one(TORTURE);
    coerced(w);
}

static void coerced_to_police(struct world *w)
{
    inquiry(w);
    w->action.recipient = POLICE;
    for (size_t i = 0; i < w->fact_count; i++)
        dep_codes_add(&w->facts[i].recipients, POLICE);
    coerced(w);
}

static void coerced_to_defence(struct world *w)
{
    coerced(w);
    w->action.recipient = DEFENCE;
    for (size_t i = 0; i < w->fact_count; i++)
        dep_codes_add(&w->facts[i].recipients, DEFENCE);
}

static void coerced_to_complaint_body(struct world *w)
{
    coerced(w);
    w->action.recipient = BOARD;
    for (size_t i = 0; i < w->fact_count; i++)
        dep_codes_add(&w->facts[i].recipients, BOARD);
}

static void onward(struct world *w)
{
    w->action.kind = DEP_ACT_ONWARD;
    for (size_t i = 0; i < w->fact_count; i++)
        w->facts[i].actions = DEP_ACT_ONWARD;
}

static void onward_on_paper(struct world *w)
{
    onward(w);
    host_paper_checked(w);
    w->facts[HOST].actions = DEP_ACT_ONWARD;
}

static void published(struct world *w)
{
    onward(w);
    w->action.kind = DEP_ACT_PUBLISH;
    w->action.recipient = PUBLIC;
    for (size_t i = 0; i < w->fact_count; i++) {
        w->facts[i].actions = DEP_ACT_ANY;
        w->facts[i].recipients = one(PUBLIC);
    }
    w->materials[0].flags |= DEP_FLAG_REDACTED;
    add_approval(w, ID_CAROL);
}

static void exculpatory_source_silent(struct world *w)
{
    w->materials[0].flags |= DEP_FLAG_EXCULPATORY;
    w->facts[SOURCE].index = SIZE;
}

static void exculpatory_originator_silent(struct world *w)
{
    w->materials[0].flags |= DEP_FLAG_EXCULPATORY;
    originator_unheard(w);
}

static void exculpatory_to_defence(struct world *w)
{
    exculpatory_source_silent(w);
    coerced_to_defence(w);
}

static void exculpatory_to_complaint_body(struct world *w)
{
    exculpatory_source_silent(w);
    coerced_to_complaint_body(w);
}

static void exculpatory_not_redacted(struct world *w)
{
    w->materials[0].flags |= DEP_FLAG_EXCULPATORY;
    statement_of_syria(w);
}

static void exculpatory_and_coerced(struct world *w)
{
    exculpatory_source_silent(w);
    coerced(w);
}

static void exculpatory_onward(struct world *w)
{
    exculpatory_source_silent(w);
    onward(w);
}

static void exculpatory_published(struct world *w)
{
    published(w);
    exculpatory_source_silent(w);
    w->action.recipient = COURT;
    for (size_t i = 0; i < w->fact_count; i++)
        dep_codes_add(&w->facts[i].recipients, COURT);
    w->materials[0].flags &= ~(unsigned)DEP_FLAG_REDACTED;
}

static void a_second_material(struct world *w)
{
    w->materials[1] = w->materials[0];
    w->materials[1].item = ID_OTHER_ITEM;
    w->action.material_count = 2;
}

static void a_second_material_of_the_case(struct world *w)
{
    a_second_material(w);
    for (size_t i = 0; i < w->fact_count; i++) {
        w->facts[i].scope_kind = DEP_SCOPE_CASE;
        w->facts[i].scope = ID_OF_CASE;
    }
    w->materials[0].flags = w->materials[1].flags = DEP_FLAG_BASIS;
}

static void a_second_material_for_the_court(struct world *w)
{
    a_second_material_of_the_case(w);
    w->materials[1].flags |= DEP_FLAG_EXCULPATORY | DEP_FLAG_SOURCE;
}

static void threat(struct world *w)
{
    w->action.urgent_threat = true;
}

static void threat_two(struct world *w)
{
    threat(w);
    add_approval(w, ID_CAROL);
}

static void mission(struct world *w)
{
    make_mission(w, 10);
}

static void mission_in_iraq_too(struct world *w)
{
    mission(w);
    dep_codes_add(&w->action.territories, IQ);
}

static void mission_to_the_last_second(struct world *w)
{
    make_mission(w, 19);
}

static void mission_outlives_consent(struct world *w)
{
    make_mission(w, 19);
    w->action.during.to_s++;
}

static void mission_recorded_afterwards(struct world *w)
{
    mission(w);
    w->action.during = (struct dep_interval){T - 9 * DAY, T};
    w->facts[HOST].in_force.from_s = T - 20 * DAY;
}

static void mission_over_before_withdrawal(struct world *w)
{
    mission(w);
    w->action.during = (struct dep_interval){T - DAY, T - 3600};
    w->facts[HOST].withdrawn_s = T - 3600;
}

static void mission_longer(struct world *w)
{
    make_mission(w, 30);
}

static void mission_renewed(struct world *w)
{
    mission_longer(w);
    *add_fact(w, DEP_FACT_CONSENT, DEP_LAYER_HOST, ID_SY) = w->facts[HOST];
    w->facts[SPARE].index = 50;
    w->facts[SPARE].in_force = (struct dep_interval){T + 20 * DAY, T + 40 * DAY};
}

static void mission_renewed_a_second_late(struct world *w)
{
    mission_renewed(w);
    w->facts[SPARE].in_force.from_s++;
}

static void mission_across_a_handover(struct world *w)
{
    make_mission(w, 900);
    w->facts[HOST].in_force.to_s = INT64_MAX;
}

static void mission_across_with_both(struct world *w)
{
    mission_across_a_handover(w);
    *add_fact(w, DEP_FACT_CONSENT, DEP_LAYER_HOST, ID_SN) = w->facts[HOST];
    w->facts[SPARE].index = 50;
    w->facts[SPARE].grantor = ID_SN;
}
#endif
