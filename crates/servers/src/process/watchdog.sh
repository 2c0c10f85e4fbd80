# Parent of one server; see process.rs. Arguments: the server's folder, then the server's command line.
# stdin: orders, one a line; its end means that the starter is gone. stdout: the server's process id, then held
# open by the server alone, so that its end means that the server is gone. stderr: the server's log.
folder=$1
shift
"$@" </dev/null 3>&1 >&2 &
server=$!
echo "$server"
exec >&-
# When the starter dies, its process group is orphaned, and the kernel hangs up on one in which something is stopped: as the
# server may just be, from below or by an order. This shell must outlive that.
trap '' HUP
# PostgreSQL serves each connection from a child of its own, which neither a signal to the server nor its death stops.
# The server goes first, so that it starts no more of them; its children are looked up while it is still their parent.
signal() {
    kill -s STOP "$server"
    children=$(PATH=/usr/bin:/bin ps -A -o pid= -o ppid= | while read -r process parent; do
        if [ "$parent" = "$server" ]; then echo "$process"; fi
    done)
    for process in "$server" $children; do kill -s "$1" "$process"; done
} 2>/dev/null
end() {
    signal KILL
    wait "$server"
} 2>/dev/null
while read -r order; do
    case $order in
    STOP | CONT) signal "$order" ;;
    QUIT)
        end
        exit 0
        ;;
    esac
done
end
PATH=/usr/bin:/bin rm -rf -- "$folder"
