/* SPDX-License-Identifier: MIT */
/* The home page: the box that makes a link, and the first steps. */
export default {
  'quick.title': '新建短链',
  'quick.url': '跳转目标',
  'quick.placeholder': '粘贴网址，或带网址的整段文字',
  'quick.channel': '渠道',
  'quick.channel_placeholder': '发到哪里，如 社群-华东3群',
  'quick.submit': '生成并复制',
  'quick.missing': '先粘贴一个网址。',
  'quick.copied': '已复制，可直接粘贴',
  'quick.details': '详情',
  'quick.more': '更多',
  'start.title': '从这里开始',
  'start.lead': '有人打开短链几秒后，这里就会出现数据。',
  'start.lead_viewer': '同事发出第一条短链、有人打开后，这里就会出现数据。',
  'start.make': '一处一链',
  'start.make_text': '在上面粘贴落地页，按回车即得短链。要发五十个群？把群名一次贴进来，一群一条。',
  'start.post': '写清渠道',
  'start.post_text': '每条短链写明发到哪个群、哪张海报、哪位 KOL。给渠道配一次 UTM 模板，以后自动带上。',
  'start.read': '看谁带来了谁',
  'start.read_text': '按渠道、来源、时段看访问次数和人数；机器访问、链接预览分开算，每一次都对得上账。',
  'start.moving': '已经在用别的短链工具，或要请同事一起用？',
};
