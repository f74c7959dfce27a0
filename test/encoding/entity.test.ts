import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import { type LogEntity } from '../../src/delivery/encoded-event.js';
import { entityOf } from '../../src/encoding/entity.js';

const of = (attributes: Record<string, string>): LogEntity | undefined =>
  entityOf(resourceFromAttributes({ 'service.name': 'orders', ...attributes }));

describe('entityOf', () => {
  it('names the service and its environment', () => {
    expect(of({ 'deployment.environment.name': 'prod' })).to.deep.equal({
      keyAttributes: { Type: 'Service', Name: 'orders', Environment: 'prod' },
      attributes: { PlatformType: 'Generic', 'AWS.ServiceNameSource': 'Instrumentation' },
    });
    expect(of({ 'deployment.environment': 'old' })!.keyAttributes.Environment).to.equal('old');
  });

  it('has none for a service without a name', () => {
    expect(entityOf(resourceFromAttributes({}))).to.equal(undefined);
    expect(of({ 'service.name': 'unknown_service:node' })).to.equal(undefined);
    expect(of({ 'service.name': ' ' })).to.equal(undefined);
  });

  it('tells the platform', () => {
    const platform = (attributes: Record<string, string>): [string, string] => {
      const entity = of(attributes)!;
      return [entity.attributes.PlatformType!, entity.keyAttributes.Environment!];
    };
    expect(platform({})).to.deep.equal(['Generic', 'generic:default']);
    expect(platform({ 'cloud.platform': 'aws_ec2' })).to.deep.equal(['AWS::EC2', 'ec2:default']);
    expect(platform({ 'cloud.platform': 'aws_ecs' })).to.deep.equal(['AWS::ECS', 'ecs:default']);
    expect(platform({ 'cloud.platform': 'aws_lambda' })).to.deep.equal(['AWS::Lambda', 'lambda:default']);
    const cluster = { 'k8s.cluster.name': 'c', 'k8s.namespace.name': 'n' };
    expect(platform({ 'cloud.platform': 'aws_eks', ...cluster })).to.deep.equal(['AWS::EKS', 'eks:c/n']);
    expect(platform({ 'cloud.platform': 'aws_eks' })).to.deep.equal(['AWS::EKS', 'eks:default/default']);
    expect(platform(cluster)).to.deep.equal(['K8s', 'k8s:c/n']);
  });

  it('carries what the platform knows, inside the service’s limits', () => {
    const entity = of({
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_eks',
      'host.id': 'i-0',
      'k8s.cluster.name': 'c'.repeat(600),
      'k8s.namespace.name': 'n',
      'k8s.statefulset.name': 'w',
      'k8s.node.name': 'node',
      'ec2.tag.aws:autoscaling:groupName': 'asg',
      'deployment.environment.name': 'e'.repeat(600),
    })!;
    expect(entity.attributes).to.include({
      'EC2.InstanceId': 'i-0',
      'K8s.Workload': 'w',
      'EC2.AutoScalingGroup': 'asg',
    });
    expect(Object.keys(entity.attributes).length).to.be.at.most(10);
    expect(entity.attributes['K8s.Cluster']).to.have.length(512);
    expect(entity.keyAttributes.Environment).to.have.length(512);
  });
});
