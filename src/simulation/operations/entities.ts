import {
  MAX_ENTITY_ATTRIBUTE_NAME_LENGTH,
  MAX_ENTITY_ATTRIBUTE_VALUE_LENGTH,
  MAX_ENTITY_ATTRIBUTES,
  MAX_ENTITY_KEY_ATTRIBUTES,
  MAX_ENTITY_KEY_NAME_LENGTH,
  MAX_ENTITY_KEY_VALUE_LENGTH,
} from '../../cloudwatch/limits.js';

/** What sent log events. Source: the model's `Entity`. */
export interface Entity {
  readonly keyAttributes: Record<string, string>;
  readonly attributes: Record<string, string>;
}

const KEY_ATTRIBUTES: readonly string[] = ['Type', 'ResourceType', 'Identifier', 'Name', 'Environment'];
const TYPES: readonly string[] = ['Service', 'RemoteService', 'AWS::Service', 'AWS::Resource', 'Resource'];

/**
 * Says why the service would not take an entity, as an `EntityRejectionErrorType`. Which of several reasons
 * comes first is not documented.
 */
export function entityProblem(entity: {
  readonly keyAttributes?: Readonly<Record<string, string>> | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}): string | undefined {
  const keyAttributes = Object.entries(entity.keyAttributes ?? {});
  const attributes = Object.entries(entity.attributes ?? {});
  if (keyAttributes.length === 0) return 'MissingRequiredFields';
  if (keyAttributes.length > MAX_ENTITY_KEY_ATTRIBUTES || attributes.length > MAX_ENTITY_ATTRIBUTES) {
    return 'EntitySizeTooLarge';
  }
  for (const [key, value] of keyAttributes) {
    if (key.length > MAX_ENTITY_KEY_NAME_LENGTH || value.length > MAX_ENTITY_KEY_VALUE_LENGTH) {
      return 'EntitySizeTooLarge';
    }
    if (!KEY_ATTRIBUTES.includes(key) || value === '') return 'InvalidKeyAttributes';
  }
  for (const [name, value] of attributes) {
    if (name.length > MAX_ENTITY_ATTRIBUTE_NAME_LENGTH || value.length > MAX_ENTITY_ATTRIBUTE_VALUE_LENGTH) {
      return 'EntitySizeTooLarge';
    }
    if (name === '' || value === '') return 'InvalidAttributes';
  }
  return keyAttributeProblem(new Map(keyAttributes));
}

/** Source: user guide, "How to add related information to custom telemetry". */
function keyAttributeProblem(keys: ReadonlyMap<string, string>): string | undefined {
  const type = keys.get('Type');
  if (type === undefined) return 'MissingRequiredFields';
  if (!TYPES.includes(type)) return 'InvalidTypeValue';
  const required = type.endsWith('Resource') ? ['ResourceType', 'Identifier'] : ['Name'];
  return required.every((name) => keys.has(name)) ? undefined : 'MissingRequiredFields';
}
