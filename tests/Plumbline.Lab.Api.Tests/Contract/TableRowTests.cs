using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tests.Contract;

internal sealed class TableRowTests(ApiServer server) : ContractFixture(server)
{
    [Test]
    public async Task Pod_Row_ShowsReadinessStatusAndPlace()
    {
        var pods = $"/api/v1/namespaces/{Namespace}/pods";
        await PostAsync(pods, """{"metadata":{"name":"p"},"spec":{"nodeName":"n1","containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}}""");
        await MergeAsync($"{pods}/p/status", """{"status":{"phase":"Running","podIP":"10.1.2.3","containerStatuses":[{"name":"a","ready":true,"restartCount":1,"state":{"running":{}}},{"name":"b","ready":false,"restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}""");
        Assert.That((await CellsAsync(pods))[..4], Is.EqualTo(new[] { "p", "1/2", "CrashLoopBackOff", "3" }));
        Assert.That((await CellsAsync(pods))[5..7], Is.EqualTo(new[] { "10.1.2.3", "n1" }));
    }

    [Test]
    public async Task Node_Row_ShowsReadiness()
    {
        EmbeddedOnly("nodes have no namespace, so that others would be in the table");
        await PostAsync("/api/v1/nodes", """{"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":""}}}""");
        await MergeAsync("/api/v1/nodes/n/status", """{"status":{"conditions":[{"type":"Ready","status":"True"}],"addresses":[{"type":"InternalIP","address":"10.0.0.1"}],"nodeInfo":{"kubeletVersion":"v1.32.0"}}}""");
        var cells = await CellsAsync("/api/v1/nodes");
        Assert.That(cells[..3], Is.EqualTo(new[] { "n", "Ready", "worker" }));
        Assert.That(cells[4..6], Is.EqualTo(new[] { "v1.32.0", "10.0.0.1" }));
    }

    [Test]
    public async Task Service_Row_ShowsAddressAndPorts()
    {
        var services = $"/api/v1/namespaces/{Namespace}/services";
        await PostAsync(services, """{"metadata":{"name":"s"},"spec":{"type":"ClusterIP","selector":{"b":"2","a":"1"},"ports":[{"name":"x","port":80},{"name":"y","port":53,"protocol":"UDP"}]}}""");
        var address = (await GetAsync($"{services}/s"))["spec"].Text("clusterIP");
        Assert.That((await CellsAsync(services))[..5], Is.EqualTo(new[] { "s", "ClusterIP", address, "<none>", "80/TCP,53/UDP" }));
    }

    [Test]
    public async Task Service_RowWithNodePort_ShowsIt()
    {
        EmbeddedOnly("a real server has each node port once, and services of earlier runs may have it");
        var services = $"/api/v1/namespaces/{Namespace}/services";
        await PostAsync(services, """{"metadata":{"name":"s"},"spec":{"type":"NodePort","clusterIP":"10.96.5.5","selector":{"b":"2","a":"1"},"ports":[{"name":"x","port":80},{"name":"y","port":53,"protocol":"UDP","nodePort":30053}]}}""");
        var cells = await CellsAsync(services);
        Assert.That(cells[..5], Is.EqualTo(new[] { "s", "NodePort", "10.96.5.5", "<none>", "80/TCP,53:30053/UDP" }));
        Assert.That(cells[6], Is.EqualTo("a=1,b=2"));
    }

    private async Task<string[]> CellsAsync(string path)
    {
        var table = await GetAsync(path, "application/json;as=Table;v=v1;g=meta.k8s.io");
        return [.. table.Json.Items("rows")![0]!["cells"]!.AsArray().Select(cell => cell?.ToString() ?? "")];
    }
}
