using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Sinks;

namespace SqlStream.Execution.Tests.Sinks;

public sealed class ShipperTests
{
    static readonly ExternalException _down = new("down", Retry.Backoff);

    [Fact]
    public void Older_incarnations_are_shut_out_before_the_marker_is_read()
    {
        var rig = new ShipperRig();
        rig.Shipper.Start();
        rig.Run();
        Assert.Equal(["fence 7", "marker"], rig.Sink.Calls);
    }

    [Fact]
    public void Without_a_marker_everything_is_delivered()
    {
        var rig = new ShipperRig(restored: 3);
        rig.Enqueue(2, 3);
        rig.Run();
        Assert.Equal(["2 from 0:0", "3 from 0:0"], rig.Sink.Delivered);
        Assert.Equal(["shipped 2", "shipped 3"], rig.Events);
    }

    [Fact]
    public void What_is_delivered_is_marked_with_epoch_incarnation_and_digest()
    {
        var rig = new ShipperRig(restored: 2);
        rig.Enqueue(2);
        rig.Run();
        Assert.Equal(new SinkMarker(new Epoch(2), new SinkPosition(1, 0), true, ShipperRig.Incarnation, ShipperRig.Digest(10)), rig.Sink.Marker);
    }

    [Fact]
    public void A_marker_before_the_first_waiting_epoch_means_that_all_of_them_are_delivered_now()
    {
        var rig = new ShipperRig(committed: new Epoch(1), restored: 3, marker: ShipperRig.MarkerAt(1, "other"));
        rig.Enqueue(2, 3);
        rig.Run();
        Assert.Equal(["2 from 0:0", "3 from 0:0"], rig.Sink.Delivered);
    }

    [Fact]
    public void A_marker_among_the_waiting_epochs_means_that_only_later_ones_are_delivered()
    {
        var rig = new ShipperRig(restored: 4, marker: ShipperRig.MarkerAt(3, ShipperRig.Digest(10)));
        rig.Enqueue(2, 3, 4);
        rig.Run();
        Assert.Equal(["4 from 0:0"], rig.Sink.Delivered);
        Assert.Equal(["shipped 2", "shipped 3", "shipped 4"], rig.Events);
    }

    [Fact]
    public void A_marker_within_an_epoch_means_that_its_rest_is_delivered()
    {
        var rig = new ShipperRig(restored: 2, marker: ShipperRig.MarkerAt(2, ShipperRig.Digest(10), whole: false, new SinkPosition(0, 5)));
        rig.Enqueue(2);
        rig.Run();
        Assert.Equal(["2 from 0:5"], rig.Sink.Delivered);
    }

    [Fact]
    public void Another_digest_for_the_same_epoch_stops_the_job()
    {
        var rig = new ShipperRig(restored: 3, marker: ShipperRig.MarkerAt(3, "other"));
        rig.Enqueue(3);
        rig.Run();
        ShouldStop(rig, "sink \"t\" holds other output for epoch 3 than the checkpoint");
    }

    [Fact]
    public void A_marker_ahead_of_the_checkpoint_stops_the_job()
    {
        var rig = new ShipperRig(restored: 3, marker: ShipperRig.MarkerAt(4, ShipperRig.Digest(10)));
        rig.Enqueue(3);
        rig.Run();
        ShouldStop(rig, "sink \"t\" is ahead of the checkpoint");
    }

    [Fact]
    public void A_marker_ahead_of_the_checkpoint_stops_the_job_also_when_newer_checkpoints_were_taken_before_it_could_be_read()
    {
        var rig = new ShipperRig(restored: 3, marker: ShipperRig.MarkerAt(4, ShipperRig.Digest(10)));
        rig.Sink.MarkerFailures.Enqueue(_down);
        rig.Shipper.Start();
        rig.Run();
        rig.Enqueue(4, 5);
        rig.Advance(1);
        ShouldStop(rig, "sink \"t\" is ahead of the checkpoint");
    }

    [Fact]
    public void A_marker_in_a_sink_of_a_job_that_starts_afresh_stops_the_job()
    {
        var rig = new ShipperRig(marker: ShipperRig.MarkerAt(1, ShipperRig.Digest(10)));
        rig.Shipper.Start();
        rig.Run();
        ShouldStop(rig, "sink \"t\" is ahead of the checkpoint");
    }

    [Fact]
    public void A_lost_marker_stops_the_job_if_the_checkpoint_knows_of_deliveries()
    {
        var rig = new ShipperRig(committed: new Epoch(2), restored: 3);
        rig.Enqueue(3);
        rig.Run();
        ShouldStop(rig, "sink \"t\" has lost its marker");
    }

    [Fact]
    public void A_marker_behind_what_the_checkpoint_knows_to_be_delivered_stops_the_job()
    {
        var rig = new ShipperRig(committed: new Epoch(3), restored: 4, marker: ShipperRig.MarkerAt(2, ShipperRig.Digest(10)));
        rig.Enqueue(4);
        rig.Run();
        ShouldStop(rig, "sink \"t\" has gone back");
    }

    [Fact]
    public void A_delivery_whose_answer_was_lost_is_not_repeated()
    {
        var rig = new ShipperRig(restored: 2);
        rig.Sink.Failures.Enqueue((_down, After: true));
        rig.Enqueue(2);
        rig.Advance(1);
        Assert.Equal(["2 from 0:0"], rig.Sink.Delivered);
        Assert.Equal(["trouble down", "shipped 2"], rig.Events);
    }

    [Fact]
    public void What_the_target_has_acknowledged_and_lost_is_delivered_again()
    {
        var rig = new ShipperRig(restored: 1);
        rig.Enqueue(2, 3, 4);
        rig.Run();
        rig.Sink.Marker = ShipperRig.MarkerAt(2, ShipperRig.Digest(10));
        rig.Sink.Failures.Enqueue((_down, After: false));
        rig.Enqueue(5);
        rig.Advance(0.2);
        Assert.Equal(["2 from 0:0", "3 from 0:0", "4 from 0:0", "3 from 0:0", "4 from 0:0", "5 from 0:0"], rig.Sink.Delivered);
        Assert.Equal(5, rig.Sink.Marker.Epoch.Value);
    }

    [Fact]
    public void What_the_target_has_lost_and_nobody_keeps_stops_the_job()
    {
        var rig = new ShipperRig(restored: 1);
        rig.Enqueue([.. Enumerable.Range(2, 110).Select(epoch => (long)epoch)]);
        rig.Run();
        rig.Sink.Marker = ShipperRig.MarkerAt(5, ShipperRig.Digest(10));
        rig.Sink.Failures.Enqueue((_down, After: false));
        rig.Enqueue(200);
        rig.Advance(0.2);
        Assert.Equal("sink \"t\" has gone back", Assert.IsType<SqlException>(rig.Failure).Diagnostics[0].Message);
    }

    [Fact]
    public void A_delivery_that_failed_is_repeated_after_a_pause()
    {
        var rig = new ShipperRig(restored: 2);
        rig.Sink.Failures.Enqueue((_down, After: false));
        rig.Enqueue(2);
        rig.Run();
        Assert.Equal("down", rig.Shipper.Trouble);
        Assert.Empty(rig.Sink.Delivered);
        rig.Advance(0.1);
        Assert.Equal(["2 from 0:0"], rig.Sink.Delivered);
        Assert.Null(rig.Shipper.Trouble);
    }

    [Fact]
    public void Pauses_double_up_to_ten_seconds()
    {
        var rig = new ShipperRig(restored: 2);
        for (var i = 0; i < 12; i++)
            rig.Sink.Failures.Enqueue((_down, After: false));
        rig.Enqueue(2);
        rig.Run();
        // 0.1 + 0.2 + ... + 6.4 = 12.7 s are eight attempts; every ten seconds follows one more.
        rig.Advance(12.7);
        Assert.Equal(8, Attempts(rig));
        rig.Advance(10.1);
        Assert.Equal(9, Attempts(rig));
    }

    [Fact]
    public void New_epochs_do_not_shorten_the_pause()
    {
        var rig = new ShipperRig(restored: 2);
        for (var i = 0; i < 100; i++)
            rig.Sink.Failures.Enqueue((_down, After: false));
        rig.Enqueue(2);
        rig.Run();
        for (var epoch = 3; epoch < 120; epoch++)
        {
            rig.Enqueue(epoch);
            rig.Advance(0.1);
        }
        Assert.Equal(7, Attempts(rig));
    }

    [Fact]
    public void An_error_that_nobody_can_wait_out_fails_the_job()
    {
        var rig = new ShipperRig(restored: 2);
        rig.Sink.Failures.Enqueue((new ExternalException("gone", Retry.Never), After: false));
        rig.Enqueue(2);
        rig.Run();
        Assert.Equal(["failed"], rig.Events);
        rig.Advance(60);
        Assert.Equal(1, Attempts(rig));
    }

    [Fact]
    public void The_end_is_published_once_and_only_when_everything_is_delivered()
    {
        var rig = new ShipperRig(restored: 2);
        rig.Sink.Failures.Enqueue((_down, After: false));
        rig.Enqueue(2);
        rig.Run();
        rig.Shipper.Finish();
        rig.Run();
        Assert.DoesNotContain("finish", rig.Sink.Calls);
        rig.Advance(5);
        Assert.Equal(["trouble down", "shipped 2", "finished"], rig.Events);
        Assert.Single(rig.Sink.Calls, "finish");
    }

    [Fact]
    public void Time_is_told_to_the_sink_once_a_second_while_it_is_well()
    {
        var rig = new ShipperRig();
        rig.Shipper.Start();
        rig.Run();
        rig.Advance(3);
        Assert.Equal(3, rig.Sink.Calls.Count(call => call == "tick"));
    }

    [Fact]
    public void Disposing_during_a_pause_ends_it_at_once_and_for_good()
    {
        var rig = new ShipperRig(restored: 2);
        rig.Sink.Failures.Enqueue((_down, After: false));
        rig.Enqueue(2);
        rig.Run();
        rig.Shipper.Dispose();
        Assert.Equal(["trouble down", "stopped"], rig.Events);
        rig.Advance(30);
        Assert.Empty(rig.Sink.Delivered);
        Assert.Equal("dispose", rig.Sink.Calls[^1]);
    }

    [Fact]
    public void A_broken_sink_does_not_hold_back_another()
    {
        var broken = new ShipperRig(restored: 2);
        for (var i = 0; i < 100; i++)
            broken.Sink.Failures.Enqueue((_down, After: false));
        var sink = new ScriptedShipper();
        var well = new Shipper("db.u", "u", sink, null, new Epoch(2), 7, broken, broken.Scheduler, broken.Clock);
        broken.Enqueue(2);
        well.Enqueue([(new Epoch(2), ShipperRig.Segments(2, 10))], null);
        broken.Advance(0.3);
        Assert.Empty(broken.Sink.Delivered);
        Assert.Equal(["2 from 0:0"], sink.Delivered);
    }

    static int Attempts(ShipperRig rig) => rig.Sink.Calls.Count(call => call.StartsWith("ship", StringComparison.Ordinal));

    static void ShouldStop(ShipperRig rig, string message)
    {
        var error = Assert.IsType<SqlException>(rig.Failure);
        Assert.Equal(message, error.Diagnostics[0].Message);
        Assert.Equal(SqlState.SinkStateMismatch, error.Diagnostics[0].SqlState);
        Assert.Empty(rig.Sink.Delivered);
    }
}
