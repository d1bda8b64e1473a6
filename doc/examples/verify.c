/*
 * Verify a register with libdepositary and say what was found.
 *
 *     cc verify.c -o verify $(pkg-config --cflags --libs depositary)
 *     ./verify REGISTER [CHECKPOINT-SHOWN-BEFORE]
 */
#include <depositary/verify.h>

#include <inttypes.h>
#include <stdio.h>

/* Foreign text: a name in it might steer the terminal. */
static void print_plain(const char *text)
{
    for (; *text; text++)
        (void)putchar((unsigned char)*text < ' ' || *text == 127 ? '?' : *text);
}

static void on_finding(void *context, const char *id, const char *what, const char *where)
{
    (void)context;
    (void)printf("%s: %s [", what, id);
    print_plain(where);
    (void)printf("]\n");
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3) {
        (void)fprintf(stderr, "usage: verify REGISTER [CHECKPOINT]\n");
        return 2;
    }
    struct depositary_verifier *verifier = depositary_verifier_new(argv[1]);
    if (!verifier || (argc == 3 && !depositary_verifier_show(verifier, argv[2]))) {
        depositary_verifier_free(verifier);
        return 3;
    }
    depositary_verifier_on_finding(verifier, on_finding, NULL);
    enum depositary_result result = depositary_verifier_run(verifier);
    int status = 3;
    if (result == DEPOSITARY_FAULT) {
        (void)printf("not verified: %s [", depositary_verifier_fault(verifier));
        print_plain(depositary_verifier_fault_where(verifier));
        (void)printf("]\n");
    } else {
        (void)printf("%s: %" PRIu64 " records, %" PRIu64 " containers, %" PRIu64 " findings\n",
                     depositary_verifier_verdict(verifier),
                     depositary_verifier_count(verifier, DEPOSITARY_RECORDS),
                     depositary_verifier_count(verifier, DEPOSITARY_CONTAINERS),
                     depositary_verifier_count(verifier, DEPOSITARY_FINDINGS));
        status = result == DEPOSITARY_INTACT ? 0 : 1;
    }
    depositary_verifier_free(verifier);
    return fflush(stdout) == 0 ? status : 3;
}
