/**
 * Words by which traders sound hopeful or afraid, written down from common usage and not fitted to the
 * labelled posts that they are checked on. Endings are cut off (`wordStem`), so `pumping` is looked up as `pump`.
 */
const HOPEFUL = words(`
  adopt amaz attractiv ath awesome bargain best better boom breakout bull bullish buy calls cheap climb confident congrat excit explod fire gain gem genius giga good great green grow growth happy
  hodl hold hope huge impressiv incredibl innovat investing legit lfg load long love massiv milestone moon nice opportunit optimis outperform partnership perfect potential power profit promis pump
  rally reach recover rich rip rise rocket safe secur skyrocket smart soar solid squeeze strong succeed success support surg trust undervalu up upgrad uptrend upsid useful valuabl win winner worth yolo
  accumulat beat beast beautiful blast brilliant comeback conviction diamond easy fantastic favorit free future gorgeous healthy higher interest king lambo lead legend lucky mint print ready revolution
  reward run send sexy shine stack steal tendies thrive treat upvot wagmi wealth well wonderful wow
`);
const AFRAID = words(`
  afraid avoid awful bad bag bagholder bear bearish bleed bleak broke bubble burn cheat collaps con concern corrupt crap crash critic cry damn danger dead death debt decline delist die disappoint disaster
  doom down downgrad downsid downtrend drop dump expensiv exploit fail failur fake fall fear fell fool fraud fud gambl garbag greed hack hate hurt idiot illegal inflation joke lawsuit lie liquidat lose
  loser loss lost lower manipulat mess miss mistak nightmar nonsens overvalu pain panic paper plung ponzi poor problem puts pyramid rekt recession red regret risk rug ruin sad scam scar scary sell selloff
  sec shit short shrink sink slump steal stole stupid suck suffer suspicious tank terribl threat trap trash ugly unstabl useless volatil warn waste weak wipe worr worse worst worthless wreck wrong
  ban bankrupt bankruptcy bust capitulat delusion desperat difficult dilut dip downfall embarrass evil exit falling hell horribl insolven kill ngmi pathetic pessimis pointless rob sick sold stagnat struggl toxic trouble unfortunat victim
`);
/** Pictures that stand for words. */
const SIGNS: ReadonlyMap<string, number> = new Map([
  ...'🚀 🌕 🌙 💎 🙌 📈 🐂 🤑 💰 🔥 😍 🎉 💪 👍 ✅ 😁 😎 🥳 ❤'.split(' ').map((sign): [string, number] => [sign, 1]),
  ...'📉 🐻 😭 😱 💀 🤡 😡 👎 💩 🩸 😢 😞 🤮 ⚠ 🚩'.split(' ').map((sign): [string, number] => [sign, -1]),
]);
/** Sayings that mean another thing than their words, by what they mean. */
const SAYINGS: readonly (readonly [RegExp, number])[] = [
  [/\bbuy(ing)? the (fucking )?dip\b/g, 1], [/\bto the moon\b/g, 1], [/\bdiamond hands?\b/g, 1], [/\bpaper hands?\b/g, -1], [/\brug ?pull(ed|s)?\b/g, -1], [/\bshort squeeze\b/g, 1], [/\bdead cat\b/g, -1],
  [/\bgoing to zero\b/g, -1], [/\ball time high\b/g, 1], [/\ball time low\b/g, -1], [/\bno (risk|problem|worries)\b/g, 1],
];
const NEGATIONS = new Set(['not', 'no', 'never', 'none', 'nobody', 'nothing', 'without', 'cannot', 'cant', 'dont', 'doesnt', 'didnt', 'isnt', 'arent', 'wasnt', 'wont', 'wouldnt', 'shouldnt', 'hardly', 'aint', 'stop']);
/** How many words after a negation are turned round. */
const NEGATED = 3;

/**
 * How hopeful a short text about markets sounds: from −1, only words of fear, to 1, only words of hope;
 * 0 where both weigh the same or none is there. A word within three after a negation counts as its
 * opposite. It counts words and understands none: irony, comparison and who is meant escape it.
 */
export function sentimentOf(text: string): number {
  let rest = text.toLowerCase().replaceAll(/https?:\/\/\S+/g, ' ').replaceAll(/['’]/g, '');
  let [hope, fear] = [0, 0];
  const count = (weight: number) => {
    if (weight > 0) hope += weight;
    else fear -= weight;
  };
  for (const [saying, weight] of SAYINGS) {
    rest = rest.replaceAll(saying, () => {
      count(weight);
      return ' ';
    });
  }
  for (const sign of rest) count(SIGNS.get(sign) ?? 0);
  let negated = 0;
  for (const [word] of rest.matchAll(/[\p{L}\d]+|[.!?;]/gu)) {
    if (NEGATIONS.has(word)) {
      negated = NEGATED;
      continue;
    }
    const weight = weightOf(word);
    count(negated > 0 ? -weight : weight);
    negated = /[.!?;]/.test(word) ? 0 : negated - 1;
  }
  return hope + fear === 0 ? 0 : (hope - fear) / (hope + fear);
}

function weightOf(word: string): number {
  for (const form of [word, wordStem(word)]) {
    if (HOPEFUL.has(form)) return 1;
    if (AFRAID.has(form)) return -1;
  }
  return 0;
}

/** A word without the ending that its forms differ by. */
function wordStem(word: string): string {
  return word.replace(/(ations?|ingly|ings?|edly|ed|ers?|ies|ity|ism|istic|ions?|ly|es|s|e|y)$/, '').replace(/([bdgmnprt])\1$/, '$1');
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ''));
}

/** A text, and how a person said that it sounds. */
export interface LabelledText {
  readonly text: string;
  readonly hopeful: boolean;
}

/** How well scores agree with what persons said. */
export interface SentimentCheck {
  readonly texts: number;
  /** Labelled hopeful. */
  readonly hopeful: number;
  /** Scored 0: no word was known, or hope and fear weighed the same. */
  readonly undecided: number;
  /** Scored as labelled. */
  readonly right: number;
  /** Right among all, undecided ones counted as wrong. */
  readonly accuracy: number;
  /** Right among those that were decided; null where none was. */
  readonly accuracyOfDecided: number | null;
  /** What calling each text as the commoner label is would have had right: less than this is worth nothing. */
  readonly baseline: number;
  /** Mean of the shares that are right among the hopeful and among the afraid: a half is chance, however uneven the labels are. */
  readonly balancedAccuracy: number;
}

/** Scores labelled texts. There must be at least one of each label. */
export function checkSentiment(texts: readonly LabelledText[]): SentimentCheck {
  const scored = texts.map(({ text, hopeful }) => ({ hopeful, score: sentimentOf(text) }));
  const isRight = ({ hopeful, score }: { readonly hopeful: boolean; readonly score: number }) => (hopeful ? score > 0 : score < 0);
  const [hopeful, afraid] = [scored.filter((each) => each.hopeful), scored.filter((each) => !each.hopeful)];
  const undecided = scored.filter(({ score }) => score === 0).length;
  const [rightHopeful, rightAfraid] = [hopeful.filter(isRight).length, afraid.filter(isRight).length];
  const right = rightHopeful + rightAfraid;
  return {
    texts: texts.length, hopeful: hopeful.length, undecided, right, accuracy: right / texts.length, accuracyOfDecided: undecided === texts.length ? null : right / (texts.length - undecided),
    baseline: Math.max(hopeful.length, afraid.length) / texts.length, balancedAccuracy: (rightHopeful / hopeful.length + rightAfraid / afraid.length) / 2,
  };
}
