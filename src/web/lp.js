/* SPDX-License-Identifier: MIT. What landing pages run (docs/attribution.md); served without this line, at most 1 KiB. */
(function(w,d,n,l,E){var s=d.currentScript,D=s.dataset,K='lp_c',q=[],z=(w.linkpond||{}).q||[],c,p,u,
m=function(t,r){return(t.match(r)||[])[1]||''},H=function(a){f.apply(0,a)},
r=function(t){for(t='';!t[21];)t+=Math.random().toString(36).slice(2);return t.slice(0,22)},
k=function(t){d.cookie=K+'='+c+t+';path=/;max-age='+(c?34128e3:0);try{localStorage[K]=c+t}catch(e){}},
g=function(o){try{o=localStorage[K]}catch(e){}o=(o||m(d.cookie,K+'=([\\w.]+)')).split('.');
if(c=m(l.href,'[?&#](?:'+(D.param||'cid|click_id')+')=(\\w{22})')||o[0])p=o[1]||r(),k('.'+p),f('view'),q.map(H),q=[]},
f=function(t,o){n.globalPrivacyControl||(t=='consent'?g():t=='forget'?k(c=''):c?
(t='t='+E(t)+'&c='+c+'&p='+p+'&i='+r()+'&f='+m(l.search,'[?&]from=(\\w+)')+'&u='+E(l.pathname)+'&m='+E(JSON.stringify(o||{})),
u=s.src.split('lp.js')[0]+'e',n.sendBeacon&&n.sendBeacon(u,t)||(new Image().src=u+'.gif?'+t)):q.push([t,o]))};
w.linkpond=f;D.consent==null&&f('consent');z.map(H)})(window,document,navigator,location,encodeURIComponent)
