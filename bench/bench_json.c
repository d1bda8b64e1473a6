/*
 * Our reader of JSON and jansson's over the payload of a record, in turn. Prints one JSON object a
 * line: {"name","value","unit"}.
 */
#include "codec/json.h"
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 5, READINGS = 200000 };

#define DIGEST "yv8ZQp0m3k8FJ2kW4wQm8cP0Zl1kqVwLxJm1Vb5gN0E"
static const char payload[] =
    "{\"v\":1,\"type\":\"evidence.collected\",\"id\":\"01a215e4-c488-74ae-a760-b5f6431bba3c\","
    "\"iss\":\"m1\",\"iat\":1764126000,\"by\":{\"role\":\"custodian\",\"code\":\"T1\"},\"refs\":[{"
    "\"rel\":\"about\",\"id\":\"01a215e4-c488-74ae-a760-b5f6431bba3c\",\"sha256\":\"" DIGEST "\"}],"
    "\"_sd\":[\"" DIGEST "\",\"" DIGEST "\",\"" DIGEST "\",\"" DIGEST
    "\"],\"_sd_alg\":\"sha-256\"}";

static double ours(void)
{
    double started = now_s();
    for (int i = 0; i < READINGS; i++) {
        DEP_AUTO_JSON *value = NULL;
        if (dep_json_parse(dep_slice_string(payload), &value, NULL))
            abort();
    }
    return now_s() - started;
}

static double theirs(void)
{
    double started = now_s();
    for (int i = 0; i < READINGS; i++) {
        DEP_AUTO_JSON *value =
            json_loadb(payload, sizeof payload - 1, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
        if (!value)
            abort();
    }
    return now_s() - started;
}

static int ascending(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

int main(void)
{
    double own[ROUNDS], jansson[ROUNDS];
    dep_json_own_memory();
    for (int i = 0; i < ROUNDS; i++) {
        own[i] = ours();
        jansson[i] = theirs();
    }
    qsort(own, ROUNDS, sizeof *own, ascending);
    qsort(jansson, ROUNDS, sizeof *jansson, ascending);
    (void)printf(
        "{\"name\":\"json: a payload of %zu bytes read\",\"value\":%.2f,\"unit\":\"us\"}\n",
        sizeof payload - 1, own[ROUNDS / 2] / READINGS * 1e6);
    (void)printf("{\"name\":\"json: jansson over ours\",\"value\":%.2f,\"unit\":\"ratio\"}\n",
                 jansson[ROUNDS / 2] / own[ROUNDS / 2]);
    return 0;
}
