# Docker, from its own repository for Debian: its key is known by fingerprint, and apt checks every package with it.
download https://download.docker.com/linux/debian/gpg docker.asc
fingerprint=$(gpg --show-keys --with-colons docker.asc | awk -F: '$1 == "fpr" { print $10; exit }')
[ "$fingerprint" = 9DC858229FC7DD38854AE2D88D81803C0EBFCD88 ] || {
  echo "Docker's key has the fingerprint $fingerprint, which is not the one expected"
  exit 1
}
install -m 755 -d /etc/apt/keyrings
install -m 644 docker.asc /etc/apt/keyrings/docker.asc
options="arch=$architecture signed-by=/etc/apt/keyrings/docker.asc"
echo "deb [$options] https://download.docker.com/linux/debian bookworm stable" \
  >/etc/apt/sources.list.d/docker.list
apt-get update
apt-get install --yes --no-install-recommends "docker-ce=$VERSION" "docker-ce-cli=$VERSION" containerd.io docker-compose-plugin
systemctl enable --now docker
