/* SPDX-License-Identifier: MIT */
/* What a condition can be about: every fact that rules know (docs/api.md), with the values that are offered for it. */
import * as api from '../api.js';
import { lang, t } from '../i18n.js';
import * as places from '../places.js';
import { factValue } from '../rule-words.js';
import { can, who } from '../session.js';
import { PLACES } from '../values.js';

const COUNTRY = /^[A-Z]{2}$/;
const SEEN = 60; // values of visits that are offered

const APPS = [
  'wechat', 'wecom', 'wechat-miniprogram', 'qq', 'douyin', 'xiaohongshu', 'weibo', 'kuaishou', 'bilibili', 'zhihu', 'toutiao', 'alipay', 'taobao',
  'tmall', 'jd', 'pinduoduo', 'meituan', 'dianping', 'dingtalk', 'feishu', 'baidu', 'tieba', 'douban', 'tim', 'lark', 'facebook', 'instagram',
  'tiktok', 'x', 'linkedin', 'telegram', 'line', '',
];
const BROWSERS = [
  'chrome', 'safari', 'edge', 'firefox', 'qqbrowser', 'uc', 'quark', 'huawei', 'miui', 'vivo', 'heytap', 'honor', 'samsung', 'sogou', '360', 'opera',
  'wechat-webview', 'wecom-webview', 'qq-webview', 'douyin-webview',
];
const LANGUAGES = ['zh', 'zh-cn', 'zh-tw', 'zh-hk', 'en', 'ja', 'ko', 'th', 'vi', 'id', 'ms', 'ru', 'fr', 'de', 'es', 'pt', 'it', 'ar', 'hi', 'tr'];
const FIRST_COUNTRIES = ['CN', 'HK', 'MO', 'TW', 'SG', 'MY', 'JP', 'KR', 'TH', 'VN', 'US', 'CA', 'GB', 'DE', 'FR', 'AU'];
const REGIONS = [
  '北京', '上海', '天津', '重庆', '广东', '浙江', '江苏', '山东', '四川', '湖北', '湖南', '福建', '河南', '河北', '安徽', '江西', '陕西', '辽宁', '吉林',
  '黑龙江', '云南', '贵州', '广西', '海南', '山西', '内蒙古', '甘肃', '宁夏', '青海', '新疆', '西藏', '香港', '澳门', '台湾',
];

function countries() {
  const names = new Intl.DisplayNames(lang(), { type: 'region', fallback: 'none' });
  const rest = [];
  for (let first = 65; first <= 90; first += 1) {
    for (let second = 65; second <= 90; second += 1) {
      const code = String.fromCharCode(first, second);
      if (COUNTRY.test(code) && names.of(code) && !FIRST_COUNTRIES.includes(code)) {
        rest.push(code);
      }
    }
  }
  return [...FIRST_COUNTRIES, ...rest];
}

/** Values that visits had: of a place or a referrer nobody can know the spelling beforehand. */
async function seen(dim) {
  if (!can('stats:read')) {
    return [];
  }
  const found = await api.get('/stats', { group_by: dim, period: '1y', metrics: 'clicks', limit: SEEN }).catch(() => ({ groups: [] }));
  return found.groups.map((group) => group[dim]).filter(Boolean);
}

function offer(fact, list) {
  return async (text) => {
    const wanted = text.toLowerCase();
    const values = typeof list === 'function' ? await list() : list;
    return [...new Set(values)].map((value) => ({ value, label: factValue(fact, value), hint: value === factValue(fact, value) ? '' : value }))
      .filter((option) => `${option.label} ${option.value}`.toLowerCase().includes(wanted)).slice(0, SEEN);
  };
}

/**
 * fact -> {kind, values | source, list, example}: kind 'few' shows all values as chips to press, 'many' a box with
 * suggestions (of `list` where the names of all are known); query, date and schedule have shapes of their own.
 */
export const FACTS = {
  app: { kind: 'many', list: APPS, source: offer('app', APPS) },
  scene: { kind: 'few', values: ['single', 'group', 'moments', ''] },
  os: { kind: 'few', values: ['ios', 'android', 'harmonyos', 'windows', 'macos', 'linux'] },
  device: { kind: 'few', values: ['phone', 'tablet', 'desktop'] },
  browser: { kind: 'many', list: BROWSERS, source: offer('browser', BROWSERS) },
  language: { kind: 'many', list: LANGUAGES, source: offer('language', LANGUAGES) },
  schedule: { kind: 'schedule' },
  date: { kind: 'date' },
  visitor: { kind: 'few', values: ['new', 'returning'] },
  country: { kind: 'many', list: countries, source: offer('country', countries) },
  region: { kind: 'many', source: offer('region', async () => [...await seen('region'), ...REGIONS]) },
  city: { kind: 'many', source: offer('city', () => seen('city')) },
  channel: { kind: 'many', source: places.channel },
  query: { kind: 'query' },
  referrer: { kind: 'many', source: offer('referrer', () => seen('referrer')), example: 'mp.weixin.qq.com' },
  ip: { kind: 'many', source: async () => [], example: '10.0.0.0/8' },
};

/** The facts to choose from: nobody is anywhere where no file tells places. */
export function factsToOffer() {
  return Object.keys(FACTS).filter((fact) => who().install.places || !PLACES.includes(fact));
}

/** A new condition about that fact. */
export function newCondition(fact) {
  if (fact === 'schedule') {
    return { fact, is: ['1-5 09:00-18:00'], holiday: '' };
  }
  if (fact === 'date') {
    return { fact, is: ['', ''] };
  }
  return fact === 'query' ? { fact, name: '', is: [] } : { fact, is: [] };
}

/** What somebody typed, as the API calls it: "微信" is wechat. {value, label} */
export function readTyped(fact, text) {
  const list = FACTS[fact].list;
  const known = (typeof list === 'function' ? list() : list || []).find((value) => factValue(fact, value).toLowerCase() === text.toLowerCase());
  return { value: known ?? text, label: factValue(fact, known ?? text) };
}

export function factName(fact) {
  return t(`rules.fact_${fact}`);
}
