// Command caller calls the example as a client that is not this project's: grpc-go with round_robin, and with its own
// DNS or with kuberesolver. It prints what the example's own client prints: a line of JSON for each second.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"sync"
	"time"

	"github.com/sercand/kuberesolver/v6"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// The example's GetUser, and a user's id as its request: no code is generated for one call.
const method = "/users.v1.UserService/GetUser"

var request = []byte{0x0a, 1, '1'}

type second struct {
	Second   int64            `json:"second"`
	Time     int64            `json:"time"`
	Calls    int64            `json:"calls"`
	Failures map[string]int64 `json:"failures"`
	Pods     map[string]int64 `json:"pods"`
	First    map[string]int64 `json:"first"`
	NotSent  int64            `json:"notSent"`
}

func empty() second {
	return second{Failures: map[string]int64{}, Pods: map[string]int64{}, First: map[string]int64{}}
}

type tally struct {
	sync.Mutex
	now     second
	known   map[string]bool
	failure string
}

func (t *tally) ended(pod string, err error) {
	t.Lock()
	defer t.Unlock()
	t.now.Calls++
	if err != nil {
		t.now.Failures[status.Code(err).String()]++
		t.failure = err.Error()
		return
	}
	t.now.Pods[pod]++
	if !t.known[pod] {
		t.known[pod] = true
		t.now.First[pod] = time.Now().UnixMilli()
	}
}

func (t *tally) take() (second, string) {
	t.Lock()
	defer t.Unlock()
	taken, failure := t.now, t.failure
	t.now, t.failure = empty(), ""
	return taken, failure
}

// raw hands bytes over as they are.
type raw struct{}

func (raw) Marshal(v any) ([]byte, error)      { return v.([]byte), nil }
func (raw) Unmarshal(data []byte, v any) error { *v.(*[]byte) = append([]byte(nil), data...); return nil }
func (raw) Name() string                       { return "proto" }

func main() {
	target := flag.String("target", "", "dns:///service.namespace.svc.cluster.local:9090 or kubernetes:///service.namespace:grpc")
	rate := flag.Int("rate", 200, "calls per second")
	callers := flag.Int("callers", 16, "most calls at once")
	flag.Parse()
	kuberesolver.RegisterInCluster()
	connection, err := grpc.NewClient(*target, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig":[{"round_robin":{}}]}`))
	if err != nil {
		log.Fatal(err)
	}
	counts := &tally{now: empty(), known: map[string]bool{}}
	free := make(chan struct{}, *callers)
	go func() {
		for range time.Tick(time.Second / time.Duration(*rate)) {
			select {
			case free <- struct{}{}:
				go func() {
					call(connection, counts)
					<-free
				}()
			default:
				counts.Lock()
				counts.now.NotSent++
				counts.Unlock()
			}
		}
	}()
	number := int64(0)
	for now := range time.Tick(time.Second) {
		number++
		line, failure := counts.take()
		line.Second, line.Time = number, now.UnixMilli()
		text, _ := json.Marshal(line)
		fmt.Println(string(text))
		if failure != "" {
			fmt.Println("        for example " + failure)
		}
	}
}

func call(connection *grpc.ClientConn, counts *tally) {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	var header metadata.MD
	var answer []byte
	err := connection.Invoke(ctx, method, request, &answer, grpc.ForceCodec(raw{}), grpc.Header(&header))
	pod := "unknown"
	if by := header.Get("served-by"); len(by) > 0 {
		pod = by[0]
	}
	counts.ended(pod, err)
}
