# The key with which this node reaches the second machine: made once, never shown; its public half is printed. KW_IDENTITY KW_COMMENT
if [ ! -s "$KW_IDENTITY" ]; then
  install -d -m 0755 "$(dirname "$KW_IDENTITY")"
  rm -f "$KW_IDENTITY" "$KW_IDENTITY.pub"
  ssh-keygen -q -t ed25519 -N '' -C "$KW_COMMENT" -f "$KW_IDENTITY" >/dev/null
  chmod 0600 "$KW_IDENTITY"
fi
ssh-keygen -y -f "$KW_IDENTITY"
