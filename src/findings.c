/* SPDX-License-Identifier: GPL-2.0-or-later */
/* findings - prints docs/findings.md, out of the fault table; a program of the build */
#include <stdio.h>

#include "report.h"
#include "strbuf.h"

int main(void)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	report_pages(&b);
	return fputs(strbuf_str(&b), stdout) < 0 || fflush(stdout) != 0;
}
