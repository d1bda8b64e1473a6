/*
 * One record alone, durable: commits one by one, without and with protected fields, against the
 * disk's own append and fdatasync in the same run.
 *
 * usage: bench_append FOLDER      a folder on the disk to be measured; a register is made in it
 * Prints one JSON object a line: {"name","value","unit"}; the two ratios are the figures that
 * count.
 */
#include "common.h"
#include "store/register.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 501, LINE = 1024 };

static double times[3][ROUNDS];

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *list)
{
    qsort(list, ROUNDS, sizeof *list, compare_doubles);
    return list[ROUNDS / 2];
}

static int make(const char *dir, const struct dep_signing_key *log_key,
                const struct dep_age_recipient *reader, struct dep_register **out)
{
    struct dep_fault fault;
    struct dep_register_info info = {
        .member = "m", .name = "M", .origin = "m/log", .created = "2026-11-24T00:00:00Z"};
    info.log_key = *dep_signing_key_public(log_key);
    (void)snprintf(info.root_kid, sizeof info.root_kid, "%s", "x");
    int err = dep_register_create(dir, &info, &fault);
    if (!err)
        err = dep_register_open(dir, DEP_OPEN_WRITE, out, &fault);
    struct dep_reader_key key = {DEP_ROLE_CUSTODIAN, *reader};
    return err ? err : dep_register_set_readers(*out, &key, 1, NULL, 0);
}

static int commit_one(struct dep_register *reg, const struct dep_signing_key *log_key, int number,
                      bool secret, double *out_s)
{
    char line[LINE], jti[DEP_UUID_LEN + 1];
    struct dep_committed placed;
    struct dep_fault fault;
    memset(line, 'x', sizeof line);
    (void)snprintf(jti, sizeof jti, "01a20d1d-0000-7000-8000-%012d", number);
    struct dep_commit_item item = {
        .jwt = {(const uint8_t *)line, LINE - 1}, .jti = jti, .readers = DEP_ROLE_CUSTODIAN};
    if (secret)
        item.disclosures = dep_slice_of(line, 512);
    double start = now_s();
    /* As whoever commits one by one: the checkpoint follows when it is due, at this one's expense.
     */
    int err = dep_register_due_ms(reg) == 0 ? dep_register_publish(reg, log_key, &fault) : DEP_OK;
    if (!err)
        err = dep_register_commit(reg, &item, 1, log_key, NULL, NULL, &placed, &fault);
    *out_s = now_s() - start;
    return err;
}

int main(int argc, char **argv)
{
    char dir[4096], path[4096];
    struct dep_signing_key *log_key = NULL;
    struct dep_age_identity reader;
    struct dep_register *reg = NULL;
    static const char line[LINE] = "x";
    if (argc != 2 || dep_crypto_init(false) || dep_signing_key_new(dep_random, &log_key))
        return 2;
    dep_age_identity_new(dep_random, &reader);
    (void)snprintf(dir, sizeof dir, "%s/bench-register-%ld", argv[1], (long)getpid());
    (void)snprintf(path, sizeof path, "%s/bench-append-%ld", argv[1], (long)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || make(dir, log_key, &reader.recipient, &reg))
        return 1;
    /* In turn, so that a drift of the machine hits all three alike. */
    for (int i = 0; i < ROUNDS; i++) {
        double start = now_s();
        if (write(fd, line, LINE) != LINE || fdatasync(fd) != 0)
            return 1;
        times[0][i] = now_s() - start;
        if (commit_one(reg, log_key, 2 * i, false, &times[1][i]) ||
            commit_one(reg, log_key, 2 * i + 1, true, &times[2][i]))
            return 1;
    }
    double disk = median(times[0]), plain = median(times[1]), secret = median(times[2]);
    (void)printf("{\"name\":\"append 1 KiB and fdatasync\",\"value\":%.0f,\"unit\":\"us\"}\n",
                 disk * 1e6);
    (void)printf(
        "{\"name\":\"commit of one record\",\"value\":%.0f,\"unit\":\"us\",\"ratio\":%.2f}\n",
        plain * 1e6, plain / disk);
    (void)printf("{\"name\":\"commit of one record with protected "
                 "fields\",\"value\":%.0f,\"unit\":\"us\",\"ratio\":%.2f}\n",
                 secret * 1e6, secret / disk);
    dep_register_close(reg);
    dep_signing_key_free(log_key);
    (void)close(fd);
    (void)unlink(path);
    return 0;
}
