/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolvconf.h"

#include <strings.h>

#define BLANK "\t \r\f\v"
#define NDOTS_MAX 15

/* The next word of a line, cut off by NUL; NULL at the line's end. Changes the text. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, BLANK);
	size_t n = strcspn(word, BLANK);

	if (n == 0)
		return NULL;
	*line = word + n;
	if (**line)
		*(*line)++ = '\0';
	return word;
}

/* Cuts the next line off the text, without its comment; NULL at the end. */
static char *next_line(char **text, const char *comment)
{
	char *line = *text;
	size_t n = strcspn(line, "\n");

	if (!*line)
		return NULL;
	*text = line + n + (line[n] == '\n');
	line[n] = '\0';
	line[strcspn(line, comment)] = '\0';
	return line;
}

static void add_server(struct resolvconf *c, const char *word)
{
	struct addr a;

	if (c->n_servers < RESOLVCONF_SERVERS && addr_parse(word, &a) == 0)
		c->servers[c->n_servers++] = a;
}

/* The last "search" or "domain" line counts. */
static void set_search(struct resolvconf *c, char *line, size_t max)
{
	char *word;

	c->n_search = 0;
	while ((word = next_word(&line)) && c->n_search < max)
		if (dns_name_valid(word))
			str_copy(c->search[c->n_search++], sizeof(c->search[0]), word);
}

static void set_options(struct resolvconf *c, char *line)
{
	char *word;

	while ((word = next_word(&line))) {
		unsigned long n;
		char *end;

		if (!str_starts(word, "ndots:"))
			continue;
		n = strtoul(word + strlen("ndots:"), &end, 10);
		if (!*end)
			c->ndots = n > NDOTS_MAX ? NDOTS_MAX : (unsigned int)n;
	}
}

void resolvconf_parse(const char *text, struct resolvconf *ret)
{
	struct resolvconf c = { .ndots = 1 };
	_cleanup_(freep) char *copy = xstrdup(text);
	char *rest = copy, *line;

	while ((line = next_line(&rest, "#;"))) {
		char *key = next_word(&line), *word;

		if (!key)
			continue;
		if (streq(key, "nameserver") && (word = next_word(&line)))
			add_server(&c, word);
		else if (streq(key, "search"))
			set_search(&c, line, RESOLVCONF_SEARCH);
		else if (streq(key, "domain"))
			set_search(&c, line, 1);
		else if (streq(key, "options"))
			set_options(&c, line);
	}
	*ret = c;
}

static unsigned int dots(const char *name)
{
	unsigned int n = 0;

	for (; *name; name++)
		n += *name == '.';
	return n;
}

char *resolvconf_candidate(const struct resolvconf *c, const char *name, size_t i)
{
	size_t len = strlen(name);
	bool absolute = len && name[len - 1] == '.';
	bool itself_first = absolute || dots(name) >= c->ndots;
	size_t itself = itself_first ? 0 : c->n_search;

	if (i > (absolute ? 0 : c->n_search))
		return NULL;
	if (i == itself)
		return xstrdup(name);
	return xasprintf("%s.%s", name, c->search[itself_first ? i - 1 : i]);
}

bool hosts_find(const char *text, const char *name, uint8_t family, struct addr *ret_addr)
{
	_cleanup_(freep) char *copy = xstrdup(text);
	char *rest = copy, *line;

	while ((line = next_line(&rest, "#"))) {
		char *word = next_word(&line);
		struct addr a;

		if (!word || addr_parse(word, &a) < 0 || a.family != family)
			continue;
		while ((word = next_word(&line)))
			if (strcasecmp(word, name) == 0) {
				*ret_addr = a;
				return true;
			}
	}
	return false;
}
