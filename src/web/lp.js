/* SPDX-License-Identifier: MIT. What landing pages run (docs/attribution.md); served without this line, at most 1 KiB. */
(function(w,d,n,l,E){var s=d.currentScript,D=s.dataset,K='lp_c',q=(w.linkpond||{}).q||[],c,p,m=function(t,r){return(RegExp(r).exec(t)||[])[1]||''},
r=function(t){for(t='';!t[21];)t+=Math.random().toString(36).slice(2);return t.slice(0,22)},
k=function(t){d.cookie=K+'='+c+t+';path=/;SameSite=Lax;max-age='+(c?34128e3:0);try{localStorage[K]=c+t}catch(e){}},
g=function(o){try{o=localStorage[K]}catch(e){}o=(o||m(d.cookie,K+'=([\\w.]+)')).split('.');
if(c=m(l.href,'[?&#](?:'+(D.param||'cid|click_id')+')=(\\w{22})')||o[0])for(p=o[1]||r(),k('.'+p),f('view');q[0];)f.apply(0,q.shift())},
f=function(t,o){n.globalPrivacyControl||n.doNotTrack==1||(t=='consent'?g():t=='forget'?k(c=''):!c?q.push([t,o]):
(t='t='+E(t)+'&c='+c+'&p='+p+'&i='+r()+'&f='+m(l.search,'[?&]from=(\\w+)')+'&u='+E(l.pathname)+'&m='+E(JSON.stringify(o||{})),
u=s.src.split('lp.js')[0]+'e',n.sendBeacon&&n.sendBeacon(u,t)||(new Image().src=u+'.gif?'+t)))},u;w.linkpond=f;D.consent==null&&f('consent')})(window,document,navigator,location,encodeURIComponent)
