# Parent of one server; see process.rs. Arguments: the server's folder, then the server's command line.
# stdin: orders, one a line; its end means that the starter is gone. stdout: the server's process id, then held
# open by the server alone, so that its end means that the server is gone. stderr: the server's log.
folder=$1
shift
"$@" </dev/null 3>&1 >&2 &
server=$!
echo "$server"
exec >&-
while read -r order; do
    case $order in
    STOP | CONT) kill -s "$order" "$server" ;;
    QUIT)
        kill -s KILL "$server"
        wait "$server"
        exit 0
        ;;
    esac
done
kill -s KILL "$server"
wait "$server"
PATH=/usr/bin:/bin rm -rf -- "$folder"
