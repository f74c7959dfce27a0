import { type ServiceLook } from '../model/service-colors.js';

/** Classes of what has the colour of a service. */
export function chipClass(look: ServiceLook | undefined): string {
  return look ? `chip s${look.color}${look.isStriped ? ' is-striped' : ''}` : 'chip';
}
