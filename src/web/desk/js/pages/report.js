/* SPDX-License-Identifier: MIT */
/*
 * The overview, where the day begins: with a box for a new link. And, as the filters of its address say, the report on one campaign, channel, tag, owner or domain, which
 * then gives the page its name.
 */
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { dimName, loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { pageHead } from '../components/page.js';
import { startSteps } from './home-start.js';
import { quickCreate } from './quick-create.js';
import { reportView } from './report-view.js';

const SCOPES = ['campaign', 'channel', 'channel_group', 'tag', 'owner', 'domain', 'link'];
const LISTED = ['campaign', 'channel', 'tag', 'owner', 'domain', 'link']; // what the list of links can be filtered by, or is one

/** What the report is about, when its filters name one thing. */
function subject(state) {
  const filters = state.filters.filter((one) => SCOPES.includes(one.dim) && !one.not && one.values.length === 1);
  return filters.length === 1 && state.filters.length === 1 ? filters[0] : null;
}

function theirLinks({ dim, values }) {
  return button(t('report.links'), { icon: 'link', href: dim === 'link' ? href(`/links/${values[0]}`) : href('/links', { [dim]: values[0] }) });
}

export async function show(view) {
  const head = h('div');
  const drawHead = (state) => {
    const about = subject(state);
    const draw = () => {
      const title = about ? valueName(about.dim, about.values[0]) : t('report.title');
      view.setTitle(title);
      replace(head, pageHead({ title, lead: about ? dimName(about.dim) : t('report.lead'), actions: about && LISTED.includes(about.dim) && can('links:read') ? [theirLinks(about)] : [] }));
    };
    draw();
    if (about) {
      loadNames(about.dim, about.values).then(() => !view.signal.aborted && draw());
    }
  };
  const quick = can('links:write') ? quickCreate(view.signal) : null;
  const drawQuick = (state) => {
    if (quick) {
      quick.hidden = state.filters.length > 0;
    }
  };
  const report = reportView(view, { onState: (state) => { drawHead(state); drawQuick(state); }, first: startSteps });
  drawHead(report.state());
  drawQuick(report.state());
  append(view.el, head, h('div', { class: 'stack' }, quick, report.element));
  return report.close;
}
