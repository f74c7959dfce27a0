import { type StageFactory } from '../execution/stage.js';

/** Hands on the first rows. */
export function limitStage(count: number): StageFactory {
  return (next) => {
    let taken = 0;
    return {
      push(row) {
        if (taken >= count) return false;
        taken++;
        return next.push(row) && taken < count;
      },
      finish: () => {
        next.finish();
      },
    };
  };
}
