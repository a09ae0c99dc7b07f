# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Which nodes an action on the automation is about: those of the input nodes, by name with commas between; all without it.

choose_hosts() {
  local name host
  hosts=() names=()
  for name in $(tr ',' ' ' <<<"${KB_IN_nodes:-}"); do
    kb_members | awk -v name="$name" '$1 == name { found = 1 } END { exit !found }' || refuse v8r3/no-node "there is no node $name" "One of $(kb_members | cut -d' ' -f1 | paste -sd' '). Nothing was changed."
  done
  while read -r name host _; do
    case ",${KB_IN_nodes:-$name}," in *",$name,"*) hosts+=("$host") names+=("$name") ;; esac
  done < <(kb_members)
  [ "${#hosts[@]}" -gt 0 ] || refuse v8r3/no-node "nodes is '${KB_IN_nodes:-}', which names nobody" "Names of nodes with commas between, or leave it out for all. Nothing was changed."
}
