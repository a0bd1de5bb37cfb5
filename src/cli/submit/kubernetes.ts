import { stringify } from 'yaml';

/** What the jobs need to know. */
export interface KubernetesJobs {
  /** Where the workspace is, on this machine as on the volume. */
  readonly workspace: string;
  readonly shards: number;
  readonly image: string;
  readonly claim: string;
}

/**
 * An Indexed Job with a pod for each shard, and the Job that merges them, as YAML. Kubernetes starts no job after another:
 * the second is applied when the first is complete. A shard that fails is tried again on its own, three times.
 */
export function kubernetesJobs({ workspace, shards, image, claim }: KubernetesJobs): string {
  const folder = `${workspace.replace(/[^/]+\.code-workspace$/, '').replace(/\/$/, '')}/.perturb/kubernetes`;
  const jobOf = (name: string, spec: object, command: string, env: Readonly<Record<string, string>>) =>
    stringify(
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name },
        spec: {
          ...spec,
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [
                {
                  name: 'perturb',
                  image,
                  command: ['sh', '-c'],
                  args: [`exec perturb ${command}`],
                  env: Object.entries(env).map(([name, value]) => ({ name, value })),
                  volumeMounts: [{ name: 'workspace', mountPath: workspace }],
                },
              ],
              volumes: [{ name: 'workspace', persistentVolumeClaim: { claimName: claim } }],
            },
          },
        },
      },
      // A command stays on its line.
      { lineWidth: 0 },
    );
  const indexed = { completions: shards, parallelism: shards, completionMode: 'Indexed', backoffLimitPerIndex: 3 };
  const places = { SHARDS: `${folder}/shards` };
  return [
    '# kubectl apply the first, wait for it with "kubectl wait --for=condition=complete --timeout=-1s job/perturb", and apply the second.\n',
    jobOf('perturb', indexed, 'run "$WORKSPACE" --shard auto --output "$SHARDS/$JOB_COMPLETION_INDEX"', {
      JOB_COMPLETIONS: `${shards}`,
      WORKSPACE: workspace,
      ...places,
    }),
    '---\n',
    jobOf('perturb-merge', { backoffLimit: 0 }, 'merge "$SHARDS"/* --output "$RUN" --report "junit=$RUN-junit.xml"', {
      ...places,
      RUN: `${folder}/run`,
    }),
  ].join('');
}
