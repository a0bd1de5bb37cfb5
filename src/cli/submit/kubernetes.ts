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
  const text = (value: string) => JSON.stringify(value);
  const volume = `      volumes:
        - name: workspace
          persistentVolumeClaim:
            claimName: ${text(claim)}`;
  const mount = `          volumeMounts:
            - name: workspace
              mountPath: ${text(workspace)}`;
  return `# kubectl apply the first, wait for it with "kubectl wait --for=condition=complete --timeout=-1s job/perturb", and apply the second.
apiVersion: batch/v1
kind: Job
metadata:
  name: perturb
spec:
  completions: ${shards}
  parallelism: ${shards}
  completionMode: Indexed
  backoffLimitPerIndex: 3
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: shard
          image: ${text(image)}
          command: [sh, -c]
          args:
            - exec perturb run "$WORKSPACE" --shard auto --output "$SHARDS/$JOB_COMPLETION_INDEX"
          env:
            - name: JOB_COMPLETIONS
              value: "${shards}"
            - name: WORKSPACE
              value: ${text(workspace)}
            - name: SHARDS
              value: ${text(`${folder}/shards`)}
${mount}
${volume}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: perturb-merge
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: merge
          image: ${text(image)}
          command: [sh, -c]
          args:
            - exec perturb merge "$SHARDS"/* --output "$RUN" --report "junit=$RUN-junit.xml"
          env:
            - name: SHARDS
              value: ${text(`${folder}/shards`)}
            - name: RUN
              value: ${text(`${folder}/run`)}
${mount}
${volume}
`;
}
