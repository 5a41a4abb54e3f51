using Plumbline.Lab.Launch;

namespace Plumbline.Lab.Running;

/// <summary>Where things lie in the state directory. What users and other commands look for has the same path in every run.</summary>
/// <param name="State">The state directory; it goes with the lab.</param>
/// <param name="Run">This run's own part of it.</param>
internal sealed record LabPaths(string State, string Run)
{
    /// <summary>For kubectl on this machine.</summary>
    public string Kubeconfig => Path.Combine(State, "kubeconfig");

    public string Logs => Path.Combine(State, "logs");

    /// <summary>Who asked what of the API: see <see cref="RequestFile"/>.</summary>
    public string Requests => Path.Combine(State, "requests.jsonl");

    public string ControlSocket => ControlSocketOf(State);

    /// <summary>For the lab itself, inside.</summary>
    public string InnerKubeconfig => Path.Combine(Run, "kubeconfig");

    /// <summary>For the operator, as its service account.</summary>
    public string OperatorKubeconfig => Path.Combine(Run, "operator.kubeconfig");

    public string OperatorToken => Path.Combine(Run, "operator.token");

    public string Authority => Path.Combine(Run, "ca.crt");

    public string ServerCertificate => Path.Combine(Run, "server.crt");

    public string ServerKey => Path.Combine(Run, "server.key");

    public string AdminToken => Path.Combine(Run, "admin.token");

    public string ApiState => Path.Combine(Run, "api");

    /// <summary>The API without TLS, for the lab itself.</summary>
    public string ApiSocket => Path.Combine(Run, "objects.sock");

    public string Seeds => Path.Combine(Run, "seeds");

    /// <summary>A node's resolver configuration: cluster DNS, as the machine's own resolver does not exist in here.</summary>
    public string ResolvConf => Path.Combine(Run, "resolv.conf");

    /// <summary>A link to <see cref="ResolvConf"/>, unless the node has a resolver of its own.</summary>
    public string NodeResolvConf(string node) => Path.Combine(Run, $"{node}.resolv.conf");

    public string AgentToken(string node) => Path.Combine(Run, $"{node}.token");

    public string Log(string process) => Path.Combine(Logs, $"{process}.log");

    public static LabPaths Of(InsideNamespaces inside)
    {
        var run = inside.RunPath;
        return new LabPaths(Path.GetDirectoryName(run)!, run);
    }

    public static string ControlSocketOf(string? state) => Path.Combine(state ?? StateDirectory.DefaultPath, "control.sock");
}
