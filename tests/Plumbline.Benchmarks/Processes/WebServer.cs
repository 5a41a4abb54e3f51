using Plumbline.Benchmarks.Setup;

namespace Plumbline.Benchmarks.Processes;

/// <summary>nginx: plain HTTP, and TLS of one version a port, never resumed. One worker.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    public const int HttpPort = 7080;
    public const int Tls12Port = 7412;
    public const int Tls13Port = 7413;
    private readonly PinnedProcess _nginx;

    private WebServer(PinnedProcess nginx) => _nginx = nginx;

    public static async Task<WebServer> StartAsync(Bench bench, CancellationToken cancellation)
    {
        var (certificate, key, configuration) = (bench.PathOf("server.pem"), bench.PathOf("server.key"), bench.PathOf("nginx.conf"));
        string[] curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        await Commands.RunAsync("openssl", ["req", "-x509", .. curve, "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=bench.example"], cancellation);
        await File.WriteAllTextAsync(configuration, Configuration(bench, certificate, key), cancellation);
        var nginx = PinnedProcess.Start(bench.Settings.TargetCpu, Commands.Find("nginx")!, "-p", bench.Settings.WorkDirectory, "-c", configuration);
        nginx.DropOutput();
        try
        {
            await Listening.WaitAsync(HttpPort, nginx, cancellation);
            return new WebServer(nginx);
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _nginx.DisposeAsync();

    private static string Configuration(Bench bench, string certificate, string key) => $$"""
        daemon off;
        master_process off;
        error_log stderr crit;
        pid {{bench.PathOf("nginx.pid")}};
        worker_rlimit_nofile 65536;
        events { worker_connections 16384; }
        http {
            access_log off;
            client_body_temp_path {{bench.PathOf("nginx-body")}};
            proxy_temp_path {{bench.PathOf("nginx-proxy")}};
            fastcgi_temp_path {{bench.PathOf("nginx-fastcgi")}};
            uwsgi_temp_path {{bench.PathOf("nginx-uwsgi")}};
            scgi_temp_path {{bench.PathOf("nginx-scgi")}};
            ssl_certificate {{certificate}};
            ssl_certificate_key {{key}};
            ssl_session_cache off;
            ssl_session_tickets off;
            server {
                listen {{HttpPort}} backlog=16384;
                listen {{Tls12Port}} ssl backlog=16384;
                ssl_protocols TLSv1.2;
                location / { return 200 "ok\n"; }
            }
            server {
                listen {{Tls13Port}} ssl backlog=16384;
                ssl_protocols TLSv1.3;
                location / { return 200 "ok\n"; }
            }
        }
        """;
}
