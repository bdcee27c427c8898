/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz-saved - any bytes as a file of --save
 *
 * An input is such a file without its head, whose checksum would turn all else
 * away. What can be read is judged and reported.
 */
#include "replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct report_style style = { .verbose = true };
	/* of one bit more: the configuration alone is judged, too */
	const struct options o = { .no_probe = size && data[size - 1] & 0x80 };
	struct strbuf b = { 0 };
	struct diagnosis *d;
	struct saved saved;

	if (save_parse_body(data, size, &saved) < 0) {
		replay_forget(&saved);
		return 0;
	}
	d = replay(&saved, &o);
	report_text(d, &style, &b);
	report_json(d, &b);
	strbuf_done(&b);
	diagnosis_free(d);
	return 0;
}
