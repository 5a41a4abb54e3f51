using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Plumbline.Lab.Cluster;

namespace Plumbline.Lab.Tests.Cluster;

/// <summary>What the lab's EndpointSlice controller, kube-proxy and cluster DNS make of Services of all kinds.</summary>
public sealed class ServiceControllersTests
{
    private static readonly Dictionary<string, IReadOnlyList<IPAddress>> Nodes = new() { ["node-1"] = [IPAddress.Parse("192.0.2.11")], ["node-2"] = [IPAddress.Parse("192.0.2.12")] };

    [Test]
    public void Slices_WithPublishNotReadyAddresses_AreReadyThoughTheyDoNotServe()
    {
        var service = Service();
        service.Spec.PublishNotReadyAddresses = true;
        var endpoint = Slices(service, Pod("a", "10.244.1.2", ready: false)).Single().Endpoints.Single();
        Assert.That((endpoint.Conditions.Ready, endpoint.Conditions.Serving, endpoint.Conditions.Terminating), Is.EqualTo(((bool?)true, (bool?)false, (bool?)false)));
    }

    [Test]
    public void Slices_OfATerminatingPod_ServeAndAreNotReady()
    {
        var pod = Pod("a", "10.244.1.2");
        pod.Metadata.DeletionTimestamp = DateTime.UnixEpoch;
        var conditions = Slices(Service(), pod).Single().Endpoints.Single().Conditions;
        Assert.That((conditions.Ready, conditions.Serving, conditions.Terminating), Is.EqualTo(((bool?)false, (bool?)true, (bool?)true)));
    }

    [Test]
    public void Slices_OfAHeadlessServiceWithoutPorts_HaveEndpointsAndNoPorts()
    {
        var service = Service();
        (service.Spec.ClusterIP, service.Spec.Ports) = ("None", null);
        var slice = Slices(service, Pod("a", "10.244.1.2")).Single();
        Assert.That(slice.Ports, Is.Empty);
        Assert.That(slice.Endpoints, Has.One.Items);
        Assert.That(slice.Metadata.Labels, Does.ContainKey("service.kubernetes.io/headless"));
    }

    [Test]
    public void Slices_WhereATargetPortHasNoSuchName_LackThePort()
    {
        var service = Service();
        service.Spec.Ports[0].TargetPort = "web";
        var named = Pod("b", "10.244.1.3");
        named.Spec.Containers[0].Ports = [new V1ContainerPort { Name = "web", ContainerPort = 8080, Protocol = "TCP" }];
        var slices = Slices(service, Pod("a", "10.244.1.2"), named);
        Assert.That(slices.Select(s => (s.Endpoints.Single().Addresses.Single(), s.Ports.Count)), Is.EquivalentTo(new[] { ("10.244.1.2", 0), ("10.244.1.3", 1) }));
    }

    [Test]
    public void Slices_OfADualStackService_AreOneForEachFamily()
    {
        var service = Service();
        service.Spec.IpFamilies = ["IPv4", "IPv6"];
        var pod = Pod("a", "10.244.1.2");
        pod.Status.PodIPs = [new V1PodIP { Ip = "10.244.1.2" }, new V1PodIP { Ip = "fd00:10:244:1::2" }];
        Assert.That(Slices(service, pod).Select(s => (s.AddressType, s.Endpoints.Single().Addresses.Single())), Is.EqualTo(new[] { ("IPv4", "10.244.1.2"), ("IPv6", "fd00:10:244:1::2") }));
    }

    [Test]
    public void Slices_OfAnExternalName_AreNone()
    {
        var service = Service();
        service.Spec.Type = "ExternalName";
        Assert.That(Slices(service, Pod("a", "10.244.1.2")), Is.Empty);
    }

    [Test]
    public void Rule_WithInternalTrafficPolicyLocal_HasEachNodesOwn()
    {
        var service = Service();
        service.Spec.InternalTrafficPolicy = "Local";
        var rule = Rules(service, Pod("a", "10.244.1.2", node: "node-1")).Single();
        Assert.That(rule.Endpoints, Has.One.Items);
        Assert.That(rule.Local!["node-1"], Is.EqualTo(rule.Endpoints));
        Assert.That(rule.Local["node-2"], Is.Empty);
    }

    [Test]
    public void Rule_WhereAllEndpointsTerminate_KeepsThoseThatServe()
    {
        var pod = Pod("a", "10.244.1.2");
        pod.Metadata.DeletionTimestamp = DateTime.UnixEpoch;
        Assert.That(Rules(Service(), pod).Single().Endpoints, Has.One.Items);
        Assert.That(Rules(Service(), pod, Pod("b", "10.244.1.3")).Single().Endpoints.Single().Address, Is.EqualTo(IPAddress.Parse("10.244.1.3")));
    }

    [Test]
    public void Rule_OfAServiceForAnotherProxy_IsNone()
    {
        var service = Service();
        service.Metadata.Labels = new Dictionary<string, string> { ["service.kubernetes.io/service-proxy-name"] = "other" };
        Assert.That(Rules(service, Pod("a", "10.244.1.2")), Is.Empty);
    }

    [Test]
    public void Zone_OfHeadlessStatefulSet_HasItsPodsByName()
    {
        var service = Service();
        service.Spec.ClusterIP = "None";
        var named = Pod("web-0", "10.244.1.2");
        (named.Spec.Hostname, named.Spec.Subdomain) = ("web-0", "web");
        var zone = ServiceRules.Zone([service], Slices(service, named, Pod("other", "10.244.1.3")), [], DnsFaults.None);
        Assert.That(zone.Find("web-0.web.shop.svc.cluster.local", AddressFamily.InterNetwork), Is.EqualTo(new[] { IPAddress.Parse("10.244.1.2") }));
        Assert.That(zone.Find("10-244-1-3.web.shop.svc.cluster.local", AddressFamily.InterNetwork), Is.EqualTo(new[] { IPAddress.Parse("10.244.1.3") }));
        Assert.That(zone.Find("web.shop.svc.cluster.local", AddressFamily.InterNetwork), Has.Exactly(2).Items);
    }

    private static List<V1EndpointSlice> Slices(V1Service service, params V1Pod[] pods) => [.. EndpointSlices.Of(service, pods)];

    private static IReadOnlyList<Plumbline.Lab.Network.Rules.ServiceRule> Rules(V1Service service, params V1Pod[] pods) => ServiceRules.Of([service], Slices(service, pods), Nodes);

    private static V1Service Service() => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "shop" },
        Spec = new V1ServiceSpec
        {
            ClusterIP = "10.96.1.1", Selector = new Dictionary<string, string> { ["app"] = "web" }, Ports = [new V1ServicePort { Name = "http", Port = 80, TargetPort = "8080" }],
        },
    };

    private static V1Pod Pod(string name, string address, bool ready = true, string node = "node-1") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop", Labels = new Dictionary<string, string> { ["app"] = "web" } },
        Spec = new V1PodSpec { NodeName = node, Containers = [new V1Container { Name = "main" }] },
        Status = new V1PodStatus { Phase = "Running", PodIP = address, Conditions = [new V1PodCondition { Type = "Ready", Status = ready ? "True" : "False" }] },
    };
}
