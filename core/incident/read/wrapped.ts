/** Lines that a web page wrapped inside words: which plain line goes on with the record above it. */

/** What begins a line of its own, whatever stands above. */
const OWN =
  /^(?:ssh:|ping[ :]|RTNETLINK|Permission denied|Host key|-{3}|\[\S+@|#|\d+[、).]|failover done|ksql|sys_|pcp_|TEST=)/;
/** Commentary of the page, in Chinese. */
const HAN = /^[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;

export function isContinuation(text: string): boolean {
  // The rest of an address or a version begins with a digit and a point, too: `1.102 0 0 1 0 /home`.
  if (/^\d{1,3}\.\d{1,3}(?:\.\d{1,3})*(?:[ :(]|$)/.test(text)) return true;
  return text !== '' && !OWN.test(text) && !HAN.test(text);
}
