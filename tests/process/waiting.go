// waiting PORT SECONDS: waits for the greeting for so many seconds, and gives up. For test_warp.
package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

func main() {
	seconds, _ := strconv.Atoi(os.Args[2])
	connection, err := net.Dial("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		os.Exit(3)
	}
	from := time.Now()
	_ = connection.SetDeadline(from.Add(time.Duration(seconds) * time.Second))
	_, err = connection.Read(make([]byte, 1))
	fmt.Printf("waited %.0f s, by the wall clock %.0f s\n", time.Since(from).Seconds(),
		time.Now().Round(0).Sub(from.Round(0)).Seconds())
	if err == nil || !os.IsTimeout(err) {
		os.Exit(1)
	}
	os.Exit(75)
}
