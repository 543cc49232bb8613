/* SPDX-License-Identifier: MIT */
/* Settings. */
export default {
  'settings.title': '系统设置',
  'settings.lead': '当前生效的设置，以及在哪里设置的。',
  'settings.how': '设置通过 linkpond.conf、LINKPOND_ 环境变量或 serve 的参数修改。这里显示的是服务启动时的值。',
  'settings.search': '搜索设置',
  'settings.none': '没有符合的结果',
  'settings.name': '设置项',
  'settings.value': '值',
  'settings.not_set': '未设置',
  'settings.default': '默认：{value}',
  'settings.csv_default': '默认值',
  'settings.csv_help': '说明',
  'settings.where': '来源',
  'settings.built_in': '默认值',
  'settings.command_line': '命令行',
  'settings.when': '修改后生效',
  'settings.reloads': '重新加载（SIGHUP）后',
  'settings.restart': '重启后',
  'settings.set': '已设置',
  'settings.only_set': '只看已设置',
};
