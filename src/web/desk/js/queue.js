/* SPDX-License-Identifier: MIT */
/* Work that many parts of a page want at once, a few at a time, so that one reader never holds all of the server. */

/** const run = queue(3); await run(() => api.get(…), signal): what is aborted before its turn is never begun. */
export function queue(limit) {
  const waiting = [];
  let running = 0;
  const next = () => {
    while (running < limit && waiting.length > 0) {
      const { work, signal, resolve, reject } = waiting.shift();
      if (signal?.aborted) {
        reject(signal.reason);
        continue;
      }
      running += 1;
      work().then(resolve, reject).finally(() => {
        running -= 1;
        next();
      });
    }
  };
  return (work, signal) => new Promise((resolve, reject) => {
    waiting.push({ work, signal, resolve, reject });
    next();
  });
}
