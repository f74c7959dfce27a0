/**
 * How the members of a request are declared: the parts of the service's model that its validation needs.
 * request-shapes.ts holds the declarations, read-request.ts checks a request against them.
 */

/** A declared type; `Value` is what a checked request holds there. */
export type Shape<Value = unknown> = ShapeKind & { readonly __value?: Value };

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface TextShape extends Bounds {
  readonly kind: 'text';
  /** As the model writes it; it must match the whole value. */
  readonly pattern?: string;
  readonly expression?: RegExp;
  readonly values?: readonly string[];
}

export interface NumberShape extends Bounds {
  readonly kind: 'integer' | 'long' | 'double';
}

export interface ListShape extends Bounds {
  readonly kind: 'list';
  readonly member: ShapeKind;
}

export interface MapShape extends Bounds {
  readonly kind: 'map';
  readonly key: TextShape;
  readonly value: ShapeKind;
}

export interface StructureShape {
  readonly kind: 'structure';
  /** The model's name of the structure, as error texts print it. */
  readonly name: string;
  readonly members: ReadonlyMap<string, { readonly shape: ShapeKind; readonly required: boolean }>;
}

export type ShapeKind =
  TextShape | NumberShape | { readonly kind: 'boolean' } | ListShape | MapShape | StructureShape;

/** What a checked value of a shape is. */
export type ValueOf<S> = S extends { readonly __value?: infer Value } ? Exclude<Value, undefined> : never;

const REQUIRED = Symbol('required');
interface Required<S extends Shape> {
  readonly [REQUIRED]: S;
}
type Declarations = Record<string, Shape | Required<Shape>>;
type StructureValue<D extends Declarations> = {
  readonly [Name in keyof D as D[Name] extends Required<Shape> ? Name : never]: D[Name] extends Required<
    infer S
  >
    ? ValueOf<S>
    : never;
} & {
  readonly [Name in keyof D as D[Name] extends Required<Shape> ? never : Name]?: ValueOf<D[Name]> | undefined;
};

/** Marks a member that a request must have. */
export function required<S extends Shape>(shape: S): Required<S> {
  return { [REQUIRED]: shape };
}

/** @param rules - lengths in UTF-16 units, as the service counts characters */
export function text(rules: Bounds & { readonly pattern?: string } = {}): TextShape & Shape<string> {
  const { pattern } = rules;
  if (pattern === undefined) return { kind: 'text', ...rules };
  // Not all of the model's patterns are valid in Unicode mode, and some need it.
  const flags = pattern.includes('\\p{') ? 'u' : '';
  return { kind: 'text', ...rules, expression: new RegExp(`^(?:${pattern})$`, flags) };
}

export function oneOf<const Values extends readonly string[]>(
  ...values: Values
): TextShape & Shape<Values[number]> {
  return { kind: 'text', values };
}

export function integer(rules: Bounds = {}): NumberShape & Shape<number> {
  return { kind: 'integer', ...rules };
}

export function long(rules: Bounds = {}): NumberShape & Shape<number> {
  return { kind: 'long', ...rules };
}

export function double(rules: Bounds = {}): NumberShape & Shape<number> {
  return { kind: 'double', ...rules };
}

export const boolean: Shape<boolean> & { readonly kind: 'boolean' } = { kind: 'boolean' };

export const anyText: TextShape & Shape<string> = text();

export function list<S extends Shape>(
  member: S,
  rules: Bounds = {},
): ListShape & Shape<readonly ValueOf<S>[]> {
  return { kind: 'list', member, ...rules };
}

export function map<S extends Shape>(
  key: TextShape,
  value: S,
  rules: Bounds = {},
): MapShape & Shape<Readonly<Record<string, ValueOf<S>>>> {
  return { kind: 'map', key, value, ...rules };
}

export function structure<D extends Declarations>(
  name: string,
  declarations: D,
): StructureShape & Shape<StructureValue<D>> {
  const members = new Map<string, { shape: ShapeKind; required: boolean }>();
  for (const [member, declared] of Object.entries(declarations)) {
    members.set(
      member,
      REQUIRED in declared
        ? { shape: declared[REQUIRED], required: true }
        : { shape: declared, required: false },
    );
  }
  return { kind: 'structure', name, members };
}
