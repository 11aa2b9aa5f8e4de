#!/bin/sh
# Migrations first, then the servers, then the workers: each step works with the code before it.
set -eu
image=$1
kubectl create job "migrate-$(date +%s)" --image="$image" -- pnpm migrate
kubectl wait --for=condition=complete --timeout=300s job -l app=migrate
kubectl set image deployment/api api="$image"
kubectl rollout status deployment/api --timeout=120s
kubectl set image deployment/worker worker="$image"
