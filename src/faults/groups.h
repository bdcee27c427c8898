/* SPDX-License-Identifier: GPL-2.0-or-later */
/* groups - the groups of the fault table, one per file of this directory */
#ifndef GROUPS_H
#define GROUPS_H

#include "fault.h"
#include "fib.h"

extern const struct fault_group faults_link, faults_bridge, faults_device, faults_neigh, faults_route, faults_forward,
	faults_filter, faults_ipsec, faults_tables, faults_nat, faults_farend, faults_names;

/*
 * Where an answer that does not find home first turned away: the router there is
 * to blame for what became of it behind. The question itself, where it did not.
 */
struct question wrong_turn(const struct question *q);

#endif
