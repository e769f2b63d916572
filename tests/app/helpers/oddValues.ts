function fail(): never {
  throw new Error("cannot be read");
}
const getter = { get: fail, enumerable: true };
const throwing = (name: string): unknown => Object.defineProperty({}, name, getter);

/** Values that handlers may throw, and what is to be said of them. */
export const ODD_VALUES: readonly (readonly [title: string, value: unknown, type: string, message: string])[] = [
  ["a message that is a number", { message: 42 }, "Error", "42"],
  ["a message that is an object", { message: { code: 1 } }, "Error", "{ code: 1 }"],
  ["a message of many levels", { message: { a: { b: { c: 1 } } } }, "Error", "{ a: { b: [Object] } }"],
  ["an error whose message is a number", Object.assign(new RangeError(), { message: 42 }), "RangeError", "42"],
  ["an error with an array as its stack", Object.assign(new Error("broken"), { stack: ["a"] }), "Error", "broken"],
  ["an error without a stack", Object.assign(new Error("broken"), { stack: undefined }), "Error", "broken"],
  ["an object without a prototype", Object.create(null), "Error", "[Object: null prototype] {}"],
  ["an error with a name that is none", Object.assign(new Error("broken"), { name: 7 }), "Error", "broken"],
  ["a getter that throws", throwing("message"), "Error", "{ message: [Getter] }"],
  ["a name that throws", throwing("name"), "Error", "{ name: [Getter] }"],
  ["an error whose stack throws", Object.defineProperty(new Error("broken"), "stack", getter), "Error", "broken"],
  ["what throws when it is shown", { [Symbol.for("nodejs.util.inspect.custom")]: fail }, "Error", "cannot be shown"],
  ["a symbol", Symbol("odd"), "Error", "Symbol(odd)"],
  ["a text", "just text", "Error", "just text"],
  ["a big number", 7n, "Error", "7"],
  ["null", null, "Error", "null"],
  ["nothing", undefined, "Error", "undefined"],
];
