/* SPDX-License-Identifier: MIT */
typedef int linkpond_floor_not_built_yet;
