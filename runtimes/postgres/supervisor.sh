# The supervisor of the embedded PostgreSQL: starts the server, starts it again if it was killed, and stops it when the
# last process of the host closed the pipe on standard input or ended, even by `kill -9`.
# Arguments: the folder of this run, the data, a folder to remove at the end or an empty text, the command of the server.
run=$1 data=$2 remove=$3
shift 3
pid= ending= delay=0.1
# Complete at once: hosts read it to see whether this process was killed.
echo $$ >"$run/supervisor.new" && mv "$run/supervisor.new" "$run/supervisor"
end() {
  ending=1
  [ -n "$pid" ] || return
  kill -INT "$pid" 2>/dev/null
  {
    n=0
    while kill -0 "$pid" 2>/dev/null; do
      n=$((n + 1))
      [ "$n" -ne 100 ] || kill -QUIT "$pid"
      [ "$n" -ne 150 ] || kill -KILL "$pid"
      sleep 0.1
    done
  } &
}
trap end TERM
exec 3<&0 </dev/null
watch() {
  while read -r id; do : >"$run/$id"; done
  : >"$run/ending"
  kill -TERM $$
  # In case that signals are blocked, or the other process was killed.
  sleep 1
  { read -r pid && read -r _ && read -r _ && read -r _ && read -r socket; } <"$data/postmaster.pid"
  [ "$socket" = "$run/s" ] && kill -INT "$pid"
}
watch <&3 2>/dev/null &
members=$!
exec 3<&-
while [ -z "$ending" ] && [ ! -e "$run/ending" ]; do
  LD_LIBRARY_PATH=$run/lib DYLD_LIBRARY_PATH=$run/lib "$@" &
  pid=$!
  while :; do wait "$pid"; code=$?; kill -0 "$pid" 2>/dev/null || break; done
  pid=
  [ -z "$ending" ] && [ ! -e "$run/ending" ] || break
  [ -e "$run/ready" ] && [ -f "$data/PG_VERSION" ] && kill -0 "$members" 2>/dev/null || break
  sleep "$delay"
  delay=1
done
if [ -z "$ending" ] && [ ! -e "$run/ready" ]; then
  echo "$code" >"$run/exit"
  while kill -0 "$members" 2>/dev/null; do wait "$members"; done
fi
kill "$members" 2>/dev/null
[ -z "$remove" ] || [ ! -e "$run/ready" ] || rm -rf "$remove"
rm -rf "$run"
