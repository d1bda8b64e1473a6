/*
 * Sound and film, by how their files begin. What is known of them is no more than that: for
 * refusing what nobody can redact yet, not for telling a reader what a file is.
 *
 * Layer:   codec (pure).
 */
#ifndef DEP_CODEC_MEDIA_H
#define DEP_CODEC_MEDIA_H
#include "base/base.h"

enum { DEP_MEDIA_FRONT = 189 }; /* bytes of a file that are looked at; fewer if it has no more */
bool dep_media_begins(struct dep_slice file);
#endif
