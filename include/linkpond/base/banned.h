/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_BANNED_H
#define LINKPOND_BASE_BANNED_H

/*
 * Functions that have caused too many holes elsewhere are compile errors here. This header is
 * force-included into every file, so the ban needs no discipline.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LP_BANNED(name) linkpond_banned_##name

#undef strcpy
#define strcpy(...) LP_BANNED(strcpy)
#undef strncpy
#define strncpy(...) LP_BANNED(strncpy)
#undef strcat
#define strcat(...) LP_BANNED(strcat)
#undef strncat
#define strncat(...) LP_BANNED(strncat)
#undef sprintf
#define sprintf(...) LP_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) LP_BANNED(vsprintf)
#undef strtok
#define strtok(...) LP_BANNED(strtok)
#undef strtok_r
#define strtok_r(...) LP_BANNED(strtok_r)
#undef localtime
#define localtime(...) LP_BANNED(localtime)
#undef gmtime
#define gmtime(...) LP_BANNED(gmtime)
#undef ctime
#define ctime(...) LP_BANNED(ctime)
#undef asctime
#define asctime(...) LP_BANNED(asctime)
#undef atoi
#define atoi(...) LP_BANNED(atoi)
#undef atol
#define atol(...) LP_BANNED(atol)
#undef system
#define system(...) LP_BANNED(system)
#undef popen
#define popen(...) LP_BANNED(popen)
#undef alloca
#define alloca(...) LP_BANNED(alloca)

#endif
