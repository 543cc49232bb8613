/* SPDX-License-Identifier: MIT */
/* What a target can be, in the order of menus. */
export const KINDS = ['qr', 'staff', 'mini_program', 'url', 'message'];
export const KIND_ICONS = { qr: 'qr', staff: 'user', mini_program: 'layers', url: 'link', message: 'info' };
