# The first start of the machine; its log is /var/log/cloud-init-output.log.
set -eu
export DEBIAN_FRONTEND=noninteractive
download() {
  # The machine gets its lasting address about now, which cuts what is open.
  curl --fail --silent --show-error --location --retry 10 --retry-all-errors --speed-limit 1000 --speed-time 30 \
    --output "$2" "$1"
}
cd "$(mktemp -d)"
architecture=$(dpkg --print-architecture)
echo 'Acquire::Retries "5";' >/etc/apt/apt.conf.d/80-retries
apt-get update
apt-get install --yes --no-install-recommends ca-certificates curl gnupg unattended-upgrades
# Session Manager in place of SSH. Amazon keeps the agent in a bucket of each region, and publishes no list of checksums.
agents=https://s3.$REGION.amazonaws.com/amazon-ssm-$REGION/latest
download "$agents/debian_$architecture/amazon-ssm-agent.deb" agent.deb
dpkg --install agent.deb
systemctl enable --now amazon-ssm-agent
