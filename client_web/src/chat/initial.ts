/** Many are called 小-something: what tells them apart comes after it. */
const FIRST_OF_MANY = new Set("小老阿大");

/** The one character that stands for a name. */
export function initial(name: string): string {
  const [first = "·", second] = Array.from(name);
  return second && FIRST_OF_MANY.has(first) && /\p{Script=Han}/u.test(second) ? second : first;
}
