/* SPDX-License-Identifier: MIT */
/* The ledger. */
export default {
  'clicks.title': '访问流水',
  'clicks.lead': '每一次请求都在这里，包括为什么计入或不计入访问次数。',
  'clicks.time': '时间',
  'clicks.link': '短链',
  'clicks.class': '类型',
  'clicks.source': '来源与渠道',
  'clicks.device': '打开环境',
  'clicks.repeat': '重复访问',
  'clicks.test': '测试',
  'clicks.qr': '扫码',
  'clicks.unknown': '未知',
  'clicks.none': '没有符合条件的访问',
  'clicks.none_text': '有人打开短链后一秒左右，就会出现在这里。',
  'clicks.total': '共 {n} 次',
};
