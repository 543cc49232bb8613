/* SPDX-License-Identifier: MIT */
/* The page of one link. */
export default {
  'link.target': '跳转目标',
  'link.facts': '短链信息',
  'link.validity': '有效期',
  'link.always': '长期有效',
  'link.from_to': '{from} 至 {to}',
  'link.code': '短码',
  'link.aliases': '自定义后缀',
  'link.created': '创建',
  'link.updated': '最近修改',
  'link.counts': '累计',
  'link.counts_text': '访问 {clicks} 次 · {visitors} 人 · 扫码 {scans} 次',
  'link.last': '最近访问',
  'link.never': '还没有',
  'link.in_bin': '这条短链在 {date} 移入了回收站，访客现在打不开它。',
  'links.copy_of': '同一目标，再建一条',
};
