/** What every odd password begins and ends with: words that nothing else prints. */
export const head = "Qzk7";
export const tail = "vWm3";

const oddLetters = [
  ...["#", "/", "?", "@", " ", "\\", '"', "%", "[", "]", "<", ">", "{", "}", "|", "^", "`"],
  ...[
    "\t",
    "\n",
    "\r",
    "\u0001",
    "\u001b[2J",
    "\u007f",
    "é",
    "ß",
    "漢",
    "\u{1f600}",
    "\u00a0",
    "\u2028",
    "\ufeff",
  ],
  ...[
    "://",
    "//",
    "@@",
    "@/",
    "/@",
    "#@",
    "%4",
    "%zz",
    "%%",
    "\\\\",
    '\\"',
    "\\n",
    "a b c",
    "?x=1&y=2",
    "\u202e",
  ],
  ...["/../", "$HOME{}", "{camera}", '","level":"', "rtsp://", "mqtt://u:p@h/", " --", " -x", "@localhost/"],
];

/** Passwords that must be percent-encoded in a URL. */
export const oddPasswords: readonly string[] = oddLetters.flatMap((odd) => [
  `${head}${odd}${tail}`,
  // Digits alone before it pass for a port.
  ...(["#", "/", "?", "\\", "[", " "].includes(odd)
    ? [`2024${odd}${tail}`, `${odd}${tail}`, `${tail}${odd}`]
    : []),
]);

/** Passwords that need no encoding in a URL (RFC 3986, 3.2.1). */
export const plainPasswords: readonly string[] = [
  ...["'", "$", "&", "+", "=", "!", "(", ")", "*", ",", ";", ":", "~", "."].map(
    (odd) => `${head}${odd}${tail}`,
  ),
  `-${head}`,
  `--${tail}`,
];

/** Whether text has the password or a part of it by which it can be told from others, in whatever spelling. */
export function showsPassword(text: string): boolean {
  return text.includes(head) || text.includes(tail);
}
