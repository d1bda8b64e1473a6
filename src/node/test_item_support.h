/*
 * What tests of packed items share: a sealed container in a register's vault, and a package's
 * folder beside it.
 */
#ifndef DEP_NODE_TEST_ITEM_SUPPORT_H
#define DEP_NODE_TEST_ITEM_SUPPORT_H
#include "base/test_slow.h"
#include "node/pack_item.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ITEM "0190a2b4-7c1e-7abc-8def-0123456789ab"

static char top[64];
static struct dep_age_identity owner, court, stranger;
static int container_fd = -1, items_fd = -1;
static uint64_t container_len;
static struct dep_container_facts facts;

/*
 * The linker (meson.build: `wrapped`) puts this before the true one: what a passphrase costs is a
 * matter of seconds under valgrind, and of nothing that is looked at here.
 */
int __real_dep_scrypt(struct dep_slice passphrase, struct dep_slice salt, unsigned log_n,
                      uint8_t out[32]);
int __wrap_dep_scrypt(struct dep_slice passphrase, struct dep_slice salt, unsigned log_n,
                      uint8_t out[32]);
int __wrap_dep_scrypt(struct dep_slice passphrase, struct dep_slice salt, unsigned log_n,
                      uint8_t out[32])
{
    return __real_dep_scrypt(passphrase, salt, test_slowest() ? 10 : log_n, out);
}

static inline int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A command in the tests' folder. */
static inline int run(const char *format, ...)
{
    char command[2048];
    va_list list;
    int len = snprintf(command, sizeof command, "cd %s && ", top);
    va_start(list, format);
    (void)vsnprintf(command + len, sizeof command - (size_t)len, format, list);
    va_end(list);
    int status = system(command); /* NOLINT(cert-env33-c): our own words, in a test */
    return status < 0 ? -1 : status;
}

static inline void write_identity(const char *name, const struct dep_age_identity *identity)
{
    DEP_AUTO_BUF text;
    char path[128];
    struct dep_fault fault;
    (void)snprintf(path, sizeof path, "%s/%s", top, name);
    dep_buf_init_secret(&text, 4096);
    assert_int_equal(dep_age_identity_encode(identity, &text), DEP_OK);
    assert_int_equal(dep_file_create(AT_FDCWD, path, dep_buf_slice(&text), 0600, &fault), DEP_OK);
}

/* Several chunks, several pieces of the reader; names that are awkward, links, holes. */
static inline void make_tree(void)
{
    assert_int_equal(
        run("mkdir -p tree/sub tree/empty reg/vault bag/data/items && "
            "printf hello >tree/a && ln tree/a tree/b-link && : >tree/zero && "
            "printf n >\"$(printf 'tree/new\\nline')\" && ln -s a tree/soft && "
            "head -c 5242880 /dev/urandom >tree/sub/big && head -c 65536 /dev/urandom >tree/sub/x "
            "&& "
            "printf x | dd of=tree/sparse bs=1 seek=5000000 status=none && "
            "truncate -s 9000000 tree/sparse && chmod 4711 tree/zero && touch -d @1.5 tree/zero"),
        0);
}

static inline void seal_tree(void)
{
    char path[128];
    struct dep_vault_writer *writer = NULL;
    struct dep_sealed sealed;
    struct dep_finding why = {"", "", 0};
    struct dep_fault fault = {.what = ""};
    (void)snprintf(path, sizeof path, "%s/tree", top);
    const char *paths[] = {path};
    struct dep_seal_order order = {.paths = paths,
                                   .path_count = 1,
                                   .statement = DEP_SLICE_LITERAL("{}"),
                                   .recipients = &owner.recipient,
                                   .recipient_count = 1,
                                   .random = dep_random};
    char reg[128];
    (void)snprintf(reg, sizeof reg, "%s/reg", top);
    int reg_fd = open(reg, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(dep_vault_writer_new(reg_fd, &writer, &fault), DEP_OK);
    if (dep_seal(&order, writer, NULL, NULL, &sealed, &why, &fault))
        fail_msg("%s %s", why.id, fault.what);
    assert_int_equal(dep_vault_writer_publish(writer, ITEM, &fault), DEP_OK);
    dep_vault_writer_free(writer);
    assert_int_equal(dep_vault_open(reg_fd, ITEM, &container_fd, &container_len, &fault), DEP_OK);
    (void)close(reg_fd);
    facts = (struct dep_container_facts){true,
                                         true,
                                         true,
                                         sealed.payload_sha256,
                                         sealed.manifest_root,
                                         sealed.manifest_offset,
                                         sealed.manifest_len};
}

static inline int open_items(void)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/bag/data/items", top);
    items_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return items_fd < 0 ? -1 : 0;
}

static inline int make_item(void **state)
{
    (void)state;
    struct dep_age_identity *all[] = {&owner, &court, &stranger};
    const char *names[] = {"owner", "court", "stranger"};
    (void)snprintf(top, sizeof top, "/tmp/depositary-item-XXXXXX");
    if (!mkdtemp(top) || dep_crypto_init(false))
        return -1;
    for (size_t i = 0; i < DEP_COUNT(all); i++) {
        dep_age_identity_new(dep_random, all[i]);
        write_identity(names[i], all[i]);
    }
    make_tree();
    seal_tree();
    return open_items();
}

static inline int remove_item(void **state)
{
    (void)state;
    (void)close(items_fd);
    (void)close(container_fd);
    return run("cd / && rm -rf %s", top);
}

/* Whole, for the court. */
static inline struct dep_pack_item_order order_of(enum dep_item_as as)
{
    return (struct dep_pack_item_order){.item = ITEM,
                                        .as = as,
                                        .container_fd = container_fd,
                                        .container_len = container_len,
                                        .facts = facts,
                                        .with = {.identities = &owner, .identity_count = 1},
                                        .recipient = as == DEP_ITEM_PLAIN ? NULL : &court.recipient,
                                        .items_fd = items_fd,
                                        .random = dep_random};
}

static inline void pack(const struct dep_pack_item_order *order, struct dep_packed_item *out)
{
    struct dep_problem problem = {.detail = ""};
    int err = dep_pack_item(order, out, &problem);
    if (err)
        fail_msg("%d: %s %s, %s %s", err, err == DEP_FOUND ? problem.finding.id : "",
                 problem.detail, err < 0 ? problem.fault.what : "", problem.fault.where);
}
#endif
