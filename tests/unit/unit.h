/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unit - what every unit test includes: cmocka and the headers which it wants before it */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
