/* SPDX-License-Identifier: MIT */
/* What happens after the clicks: kinds of events, and how the first gets here. */
export default {
  'deals.type.lead': '留资',
  'deals.type.add_friend': '加好友',
  'deals.type.join_group': '入群',
  'deals.type.deal': '成交',
  'deals.type.repurchase': '复购',
  'deals.type.referral': '转介绍',
  'deals.type.service': '服务',
  'deals.type.refund': '退款',
  'deals.nameless': '客户 {id}',
  'deals.start': '链塘已经知道谁点了短链。再告诉它之后发生了什么——留资、加好友、成交——它就能算出每一笔是谁带来的。',
  'deals.step.link': '让短链带上点击 ID',
  'deals.step.link_text': '填写短链的“点击 ID 参数”（例如 lp_click），目标网址就会收到一个无法伪造的点击 ID。表单、订单把它一起存下来即可；获客链接用 customer_channel。',
  'deals.step.link_do': '新建一条带点击 ID 的短链',
  'deals.step.send': '发送第一个事件',
  'deals.step.send_text': '留资或成交时，从你的系统调用一次接口。金额用最小货币单位（分）；退款用负数。把 CLICK_ID 换成目标网址收到的值；没有时，用手机号、openid 等认出同一位客户。',
  'deals.step.table': '成交记在表格里？',
  'deals.import': '导入线下成交',
  'deals.step.read': '回到这里看结果',
  'deals.step.read_text': '几秒之后，这笔成交会归到带来它的渠道、活动、短链和负责人。',
};
